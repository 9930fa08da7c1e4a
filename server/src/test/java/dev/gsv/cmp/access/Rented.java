package dev.gsv.cmp.access;

import dev.gsv.cmp.Harness;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An instance in a new organization, written past the rooms that sell: only its existence counts here. */
record Rented(Harness harness, Signed owner, String org, String instance) {

    static Rented by(Harness harness) {
        Signed owner = Signed.in(harness);
        String org = owner.organization();
        return new Rented(harness, owner, org, another(harness, org));
    }

    /** A second instance of the same organization. */
    String another() {
        return another(harness, org);
    }

    private static String another(Harness harness, String org) {
        UUID offering = UUID.randomUUID();
        UUID version = UUID.randomUUID();
        UUID plan = UUID.randomUUID();
        UUID instance = UUID.randomUUID();
        JdbcClient.create(harness.database().dataSource())
                .sql("""
                        with o as (
                            insert into offering (id, provider_org_id, name, slug, category)
                            values (:offering, :org, 'Helper', :slug, 'agent')
                        ), v as (
                            insert into offering_version (id, offering_id, version_label, artifact_s3_key,
                                artifact_sha256, artifact_bytes, valid, runtime)
                            values (:version, :offering, '1', 'k', repeat('0', 64), 1, true, 'native')
                        ), p as (
                            insert into plan (id, offering_id, name, slug, billing_period)
                            values (:plan, :offering, 'Basic', 'basic', 'monthly')
                        )
                        insert into instance (id, org_id, project_id, offering_id, offering_version_id, plan_id, name,
                            state, effective_config, created_by)
                        select :instance, p.org_id, p.id, :offering, :version, :plan, 'Mine', 'active', '{}', 'test'
                        from project p where p.org_id = :org and p.is_default
                        """)
                .param("offering", offering)
                .param("org", UUID.fromString(org))
                .param("slug", "o-" + offering)
                .param("version", version)
                .param("plan", plan)
                .param("instance", instance)
                .update();
        return instance.toString();
    }

    String keys() {
        return "/api/v1/instances/" + instance + "/api_keys";
    }
}
