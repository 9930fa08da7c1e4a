package dev.gsv.cmp.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Database;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.demo.DemoPeople.Person;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** The seed, over a real database, through the real services. */
class DemoTest {

    /** Tables whose rows are no content: what was tried, when, and how often. */
    private static final List<String> NOT_CONTENT = List.of("flyway_schema_history", "demo_seed", "signing_key");

    private static final Map<String, String> ASKED_FOR = Map.of("CMP_DEMO", "true");

    /** Rows per table. */
    private static Map<String, Long> rows(Harness node) {
        JdbcClient jdbc = node.bean(JdbcClient.class);
        Map<String, Long> rows = new TreeMap<>();
        // A partition's rows are its table's; the program itself may not read them by any other way.
        jdbc.sql("""
                        select relname from pg_class
                        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
                        """).query(String.class).list().stream()
                .filter(table -> !NOT_CONTENT.contains(table))
                .forEach(table -> rows.put(
                        table,
                        jdbc.sql("select count(*) from \"" + table + "\"")
                                .query(Long.class)
                                .single()));
        return rows;
    }

    private static Map<String, String> file(Harness node) {
        return new DemoFile(node.data()).read();
    }

    private static int health(Harness node) {
        return node.caller().get("/health").status();
    }

    private static void undo(Harness node) {
        node.bean(JdbcClient.class).sql("update demo_seed set done_at = null").update();
    }

    @Test
    void seeding_twice_makes_everything_once() {
        Database database = Database.fresh();
        try (Harness node = Harness.start(database, ASKED_FOR)) {
            Map<String, Long> once = rows(node);
            assertThat(once)
                    .containsEntry("offering", 6L)
                    .containsEntry("instance", 1L)
                    .containsEntry("api_key", 1L);
            Map<String, String> logins = file(node);
            undo(node);
            node.bean(Demo.class).make(() -> {});
            assertThat(rows(node)).isEqualTo(once);
            assertThat(file(node)).isEqualTo(logins);
        }
    }

    @Test
    void a_seed_that_was_killed_goes_on_where_it_stopped() {
        Map<String, Long> whole;
        int steps;
        try (Harness node = Harness.start(ASKED_FOR)) {
            whole = rows(node);
            AtomicInteger count = new AtomicInteger();
            node.bean(Demo.class).make(count::incrementAndGet);
            steps = count.get();
        }
        assertThat(steps).isGreaterThan(30);
        try (Harness node = Harness.start(Map.of("CMP_DEMO", "false"))) {
            Demo demo = node.bean(Demo.class);
            for (int step = 1; step <= steps; step++) {
                AtomicInteger left = new AtomicInteger(step);
                assertThatThrownBy(() -> demo.make(() -> {
                            if (left.decrementAndGet() == 0) {
                                throw new IllegalStateException("killed");
                            }
                        }))
                        .hasMessage("killed");
            }
            demo.make(() -> {});
            assertThat(rows(node)).isEqualTo(whole);
            assertThat(signsIn(node, Person.BUYER)).isTrue();
        }
    }

    @Test
    void a_key_that_did_not_reach_the_file_is_revoked_and_another_one_made() {
        try (Harness node = Harness.start(ASKED_FOR)) {
            DemoFile file = new DemoFile(node.data());
            Map<String, String> logins = file.read();
            String lost = logins.remove(Demo.KEY);
            file.write(logins);
            node.bean(Demo.class).make(() -> {});
            assertThat(file.read().get(Demo.KEY)).isNotNull().isNotEqualTo(lost);
            assertThat(node.bean(JdbcClient.class)
                            .sql("select count(*) from api_key where revoked_at is null")
                            .query(Long.class)
                            .single())
                    .isEqualTo(1);
        }
    }

    @Test
    void a_lost_file_is_made_anew_and_its_passwords_open_the_accounts() throws IOException {
        try (Harness node = Harness.start(ASKED_FOR)) {
            DemoFile file = new DemoFile(node.data());
            Map<String, String> before = file.read();
            Files.delete(file.path());
            node.bean(Demo.class).restore();
            assertThat(file.read().get(Person.BUYER.passwordKey()))
                    .isNotNull()
                    .isNotEqualTo(before.get(Person.BUYER.passwordKey()));
            for (Person person : Person.values()) {
                assertThat(signsIn(node, person)).isTrue();
            }
            assertThat(file.read().get(Demo.KEY)).isNotNull().isNotEqualTo(before.get(Demo.KEY));
        }
    }

    private static boolean signsIn(Harness node, Person person) {
        return login(node, person).path("access_token").isString();
    }

    private static JsonNode login(Harness node, Person person) {
        return node.caller()
                .post(
                        "/api/v1/auth/login",
                        Map.of("email", person.email(), "password", file(node).get(person.passwordKey())))
                .json();
    }

    @Test
    void passwords_are_random_and_readable_only_by_their_owner() throws IOException {
        Map<String, String> one;
        try (Harness node = Harness.start(ASKED_FOR)) {
            one = file(node);
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(node.data().resolve("demo.env"))))
                    .isEqualTo("rw-------");
        }
        try (Harness node = Harness.start(ASKED_FOR)) {
            for (Person person : Person.values()) {
                assertThat(one.get(person.passwordKey()))
                        .hasSize(20)
                        .isNotEqualTo(file(node).get(person.passwordKey()));
            }
            assertThat(Person.values())
                    .extracting(person -> one.get(person.passwordKey()))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void what_a_user_deleted_stays_deleted() {
        Database database = Database.fresh();
        try (Harness node = Harness.start(database, ASKED_FOR)) {
            node.bean(JdbcClient.class)
                    .sql("delete from offering where slug = 'slack-integration'")
                    .update();
        }
        try (Harness node = Harness.start(database, ASKED_FOR)) {
            assertThat(health(node)).isEqualTo(200);
            assertThat(rows(node)).containsEntry("offering", 5L);
        }
    }

    @Test
    void without_being_asked_a_foreign_database_stays_as_it_is() {
        try (Harness node = Harness.start(Map.of("CMP_DEMO", ""))) {
            assertThat(health(node)).isEqualTo(200);
            assertThat(rows(node)).containsEntry("offering", 0L).containsEntry("account", 0L);
            assertThat(node.data().resolve("demo.env")).doesNotExist();
        }
    }

    @Test
    void of_two_nodes_one_makes_the_demo_and_a_dead_one_is_overtaken() {
        Database database = Database.fresh();
        UUID dead = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        try (Harness node = Harness.start(database, Map.of("CMP_DEMO", "false"))) {
            DemoStore store = node.bean(DemoStore.class);
            assertThat(store.take(dead, Duration.ofSeconds(30), false)).isTrue();
            assertThat(store.take(other, Duration.ofSeconds(30), false)).isFalse();
            assertThat(store.take(dead, Duration.ZERO, false)).isTrue();
            assertThat(store.take(other, Duration.ofSeconds(30), false)).isTrue();
            assertThat(store.take(dead, Duration.ofSeconds(30), false)).isFalse();
            assertThat(store.take(dead, Duration.ofSeconds(30), true)).isTrue();
            store.finish(other);
            assertThat(store.done()).isFalse();
            store.finish(dead);
            assertThat(store.done()).isTrue();
            assertThat(store.take(other, Duration.ofSeconds(30), true)).isFalse();
        }
    }

    @Test
    void the_welcome_shows_a_command_that_can_be_pasted() {
        try (Harness node = Harness.start(ASKED_FOR)) {
            String lines = String.join("\n", node.bean(DemoStart.class).lines(true));
            Map<String, String> logins = file(node);
            assertThat(lines)
                    .contains(logins.get("BUYER_PASSWORD"), logins.get("OPERATOR_EMAIL"), logins.get(Demo.KEY))
                    .contains("curl -sS " + node.base().replace("127.0.0.1", "localhost") + "/v1/runs");
        }
    }

    @Test
    void a_log_says_where_the_secrets_are_and_never_what_they_are() {
        try (Harness node = Harness.start(ASKED_FOR)) {
            String lines = String.join("\n", node.bean(DemoStart.class).lines(false));
            file(node).forEach((name, value) -> {
                if (name.endsWith("_PASSWORD") || name.endsWith("_KEY")) {
                    assertThat(lines).as(name).doesNotContain(value);
                }
            });
            assertThat(lines)
                    .contains(node.data().resolve("demo.env").toString())
                    .contains("Bearer $DEMO_API_KEY")
                    .contains("curl -sS " + node.base().replace("127.0.0.1", "localhost") + "/v1/runs");
        }
    }
}
