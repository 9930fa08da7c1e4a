package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Database;
import java.util.List;
import java.util.UUID;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Rows that were named by slugs, before organizations counted under their ids (V0050), and what becomes of them. */
class PlacesMigrationTest {

    private static final MigrationVersion SLUGS = MigrationVersion.fromVersion("45");

    private final Database database = Database.empty();
    private final JdbcClient jdbc = JdbcClient.create(database.dataSource());

    @BeforeEach
    void slugs() {
        database.migrate("acme", "default", SLUGS);
    }

    private UUID organization(String slug) {
        UUID org = UUID.randomUUID();
        jdbc.sql("insert into organization (id, name, slug, owner_id) values (:id, :slug, :slug, 'owner')")
                .param("id", org)
                .param("slug", slug)
                .update();
        return org;
    }

    private Place project(UUID org, String slug) {
        UUID project = UUID.randomUUID();
        jdbc.sql("insert into project (org_id, id, name, slug) values (:org, :id, :slug, :slug)")
                .param("org", org)
                .param("id", project)
                .param("slug", slug)
                .update();
        return new Place(org.toString(), project.toString());
    }

    /** One row of each table, as the version before wrote them. */
    private void rows(Place place) {
        List<String> keys = keys(place);
        for (String insert : List.of(
                "insert into quota_policy (key, tenant, project, user_type, bundle_id, created_by)"
                        + " values (:policy, :tenant, :project, 't', 'b', 'test')",
                "insert into quota_grant (id, owner_key, tenant, project, user_id, bundle_id, purchase_id,"
                        + " purchase_key, source, created_by)"
                        + " values (uuidv7(), :owner, :tenant, :project, 'u', '*', 'p-1', :purchase, 'manual', 'test')",
                "insert into quota_counter (counter_key, tenant, project, user_id, bundle_id, total_requests)"
                        + " values (:bundle, :tenant, :project, 'u', 'b', 7), (:every, :tenant, :project, 'u', '*', 8)",
                "insert into quota_admission (lock_key, counter_key, tenant, project, user_id, bundle_id, lock_id,"
                        + " held_tokens, expires_at)"
                        + " values (:lock, :every, :tenant, :project, 'u', 'b', 'l', 1, now()),"
                        + " ('run of ' || :tenant || :project, :bundle, :tenant, :project, 'u', 'b', 'r', 1, now())",
                "insert into provider_budget (key, tenant, project, bundle_id, provider, created_by)"
                        + " values (:budget, :tenant, :project, 'b', 'openai', 'test')",
                "insert into budget_stripe (budget_key, stripe, held_micro) values (:budget, 0, 9)",
                "insert into budget_hold (run_key, budget_key, provider, held_micro, expires_at)"
                        + " values (:lock, :budget, 'openai', 9, now())")) {
            jdbc.sql(insert)
                    .param("tenant", place.tenant())
                    .param("project", place.project())
                    .param("policy", keys.get(0))
                    .param("owner", keys.get(1))
                    .param("purchase", keys.get(2))
                    .param("bundle", keys.get(3))
                    .param("every", keys.get(4))
                    .param("lock", keys.get(5))
                    .param("budget", keys.get(6))
                    .update();
        }
    }

    /** What the program looks for. */
    private static List<String> keys(Place place) {
        String tenant = place.tenant();
        String project = place.project();
        return List.of(
                Key.of(tenant, project, "t", "b"),
                Key.of(tenant, project, "u"),
                Key.of(tenant, "p-1"),
                Key.of(tenant, project, "u", "b"),
                Key.of(tenant, project, "u", "*"),
                Key.of(tenant, project, "l"),
                Key.of(tenant, project, "b", "openai"));
    }

    private List<String> found(Place place) {
        return jdbc.sql("""
                        with mine as (select :tenant::text as tenant, :project::text as project)
                        select 'policy ' || key from quota_policy join mine using (tenant, project)
                        union all
                        select 'owner ' || owner_key || ' ' || purchase_key from quota_grant
                        join mine using (tenant, project)
                        union all
                        select 'counter ' || counter_key || ' ' || total_requests from quota_counter
                        join mine using (tenant, project)
                        union all
                        select 'admission ' || case when lock_id = 'l' then lock_key else 'run' end || ' ' || counter_key
                        from quota_admission join mine using (tenant, project)
                        union all
                        select 'budget ' || b.key || ' ' || s.held_micro || ' ' || h.held_micro from provider_budget b
                        join mine using (tenant, project)
                        join budget_stripe s on s.budget_key = b.key
                        join budget_hold h on h.budget_key = b.key
                        """)
                .param("tenant", place.tenant())
                .param("project", place.project())
                .query(String.class)
                .list();
    }

    private static String[] expected(Place place) {
        List<String> keys = keys(place);
        return new String[] {
            "policy " + keys.get(0),
            "owner " + keys.get(1) + " " + keys.get(2),
            "counter " + keys.get(3) + " 7",
            "counter " + keys.get(4) + " 8",
            "admission " + keys.get(5) + " " + keys.get(4),
            "admission run " + keys.get(3),
            "budget " + keys.get(6) + " 9 9"
        };
    }

    @Test
    void what_holds_everywhere_stays_though_an_organization_has_the_name_of_the_installation_and_the_rest_moves() {
        UUID acme = organization("acme");
        Place installation = new Place("acme", "default");
        Place sameName = project(acme, "default");
        Place shop = project(acme, "shop");
        Place other = project(organization("other"), "default");
        rows(installation);
        rows(new Place("other", "default"));
        rows(new Place("nobody", "default"));
        database.migrate("acme", "default", MigrationVersion.LATEST);
        assertThat(found(installation)).containsExactlyInAnyOrder(expected(installation));
        assertThat(found(sameName)).isEmpty();
        assertThat(found(shop)).isEmpty();
        assertThat(found(other)).containsExactlyInAnyOrder(expected(other));
        assertThat(found(new Place("other", "default"))).isEmpty();
        assertThat(found(new Place("nobody", "default"))).hasSize(7);
    }

    @Test
    void another_project_of_that_organization_moves_also_when_a_name_has_a_quote() {
        Place shop = project(organization("acme"), "shop");
        rows(new Place("acme", "shop"));
        database.migrate("o'acme", "shop", MigrationVersion.LATEST);
        assertThat(found(shop)).containsExactlyInAnyOrder(expected(shop));
    }
}
