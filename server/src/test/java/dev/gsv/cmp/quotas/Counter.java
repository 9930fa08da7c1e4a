package dev.gsv.cmp.quotas;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.catalog.Market;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An operator and a service at a running program, in a tenant of their own. */
record Counter(Harness harness, Api operator, Api service, String tenant) {

    static final String BASE = "/api/v1/admin/control-plane";

    static Counter open() {
        return open(Harness.shared());
    }

    static Counter open(Harness harness) {
        return new Counter(
                harness, Signed.in(harness, "cmp-admin").api(), Signed.service(harness), Harness.unique("tenant"));
    }

    /** The path of an admin call in this tenant. */
    String in(String path) {
        return BASE + path + (path.contains("?") ? "&" : "?") + "tenant=" + tenant;
    }

    Place place() {
        return new Place(tenant, "default");
    }

    Api.Reply policy(Object... fields) {
        return operator.post(in("/policies/quota"), Market.fields(fields));
    }

    Api.Reply budget(Object... fields) {
        return operator.post(in("/policies/budget"), Market.fields(fields));
    }

    Api.Reply topUp(Object... fields) {
        return operator.post(in("/replenishments/top-up"), Market.fields(fields));
    }

    Api.Reply admit(String user, String type, String lock, Object... more) {
        Map<String, Object> body = new HashMap<>(
                Map.of("tenant", tenant, "project", "default", "user_id", user, "user_type", type, "lock_id", lock));
        body.put("bundle_id", "bundle");
        body.put("estimated_tokens", 10);
        body.putAll(Market.fields(more));
        return service.post("/api/v1/quotas/admissions", body).expect(200);
    }

    boolean admitted(String user, String type, String lock, Object... more) {
        return admit(user, type, lock, more).json().path("allowed").asBoolean();
    }

    Api.Reply step(String lock, String step, Object... more) {
        Map<String, Object> body = new HashMap<>(Map.of("tenant", tenant, "project", "default"));
        body.putAll(Market.fields(more));
        return service.post("/api/v1/quotas/admissions/" + lock + "/" + step, body);
    }

    /** One run from beginning to end. */
    void used(String user, String type, long tokens) {
        String lock = Harness.unique("run");
        if (!admitted(user, type, lock)) {
            throw new AssertionError(user + " is refused");
        }
        step(lock, "commit", "tokens", tokens).expect(200);
    }

    Api.Reply breakdown(String user, String type, String bundle) {
        return operator.get(in("/users/" + user + "/quota-breakdown?user_type=" + type + "&bundle_id=" + bundle))
                .expect(200);
    }

    JdbcClient jdbc() {
        return JdbcClient.create(harness.database().dataSource());
    }

    /** Everything that is counted in this tenant, to see that nothing was. */
    List<String> traces() {
        return jdbc().sql("""
                        select 'c ' || c::text from quota_counter c where tenant = :tenant and total_requests > 0
                        union all
                        select 'a ' || a::text from quota_admission a where tenant = :tenant
                        union all
                        select 'b ' || s.budget_key || ' ' || sum(held_micro) || ' ' || sum(month_micro)
                        from budget_stripe s join provider_budget b on b.key = s.budget_key where b.tenant = :tenant
                        group by s.budget_key
                        order by 1
                        """).param("tenant", tenant).query(String.class).list();
    }
}
