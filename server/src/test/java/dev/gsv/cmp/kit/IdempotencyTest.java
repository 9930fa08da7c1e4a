package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Database;
import dev.gsv.cmp.kit.Idempotency.Keep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import tools.jackson.databind.json.JsonMapper;

class IdempotencyTest {

    record Thing(int number, String secret) {}

    private final JsonMapper mapper = Json.mapper();
    private JdbcClient jdbc;
    private Idempotency idempotency;

    @BeforeEach
    void database() {
        PGSimpleDataSource source = Database.fresh().dataSource();
        source.setOptions("-c lock_timeout=500");
        jdbc = JdbcClient.create(source);
        jdbc.sql("create table effect (id serial)").update();
        idempotency = new Idempotency(new IdempotencyStore(jdbc), mapper, new JdbcTransactionManager(source));
    }

    private ResponseEntity<Thing> send(String scope, String operation, String key, String hash) {
        return idempotency.once(scope, operation, new Call(Optional.of(key), hash), Keep.TWO_DAYS, this::effect);
    }

    private Answer<Thing> effect() {
        jdbc.sql("insert into effect default values").update();
        return Answer.created(new Thing(effects(), "s3cret"));
    }

    private int effects() {
        return jdbc.sql("select count(*) from effect").query(Integer.class).single();
    }

    private String text(ResponseEntity<?> response) {
        return mapper.writeValueAsString(response.getBody());
    }

    @Test
    void an_idempotency_key_makes_one_effect_however_often_it_is_sent() throws Exception {
        List<ResponseEntity<Thing>> answers = parallel(100, () -> {
            for (; ; ) {
                try {
                    return send("org", "op", "k", "h");
                } catch (KitProblem.InProgress wait) {
                    Thread.onSpinWait();
                }
            }
        });
        assertThat(effects()).isEqualTo(1);
        assertThat(answers.stream().map(this::text).distinct()).containsExactly("{\"number\":1,\"secret\":\"s3cret\"}");
        assertThat(answers.stream().map(ResponseEntity::getStatusCode).distinct())
                .hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.getHeaders().containsHeader(Idempotency.REPLAYED)))
                .hasSize(99);
    }

    @Test
    void the_same_key_with_another_payload_is_a_conflict_and_writes_nothing() {
        send("org", "op", "k", "h");
        assertThatThrownBy(() -> send("org", "op", "k", "other")).isInstanceOf(KitProblem.PayloadMismatch.class);
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void scopes_and_operations_have_keys_of_their_own() {
        send("org", "op", "k", "h");
        send("other", "op", "k", "h");
        send("org", "other", "k", "h");
        assertThat(effects()).isEqualTo(3);
    }

    @Test
    void a_call_without_a_key_is_a_new_call_each_time() {
        Call bare = new Call(Optional.empty(), "h");
        idempotency.once("org", "op", bare, Keep.TWO_DAYS, this::effect);
        idempotency.once("org", "op", bare, Keep.TWO_DAYS, this::effect);
        assertThat(effects()).isEqualTo(2);
    }

    @Test
    void a_refusal_is_kept_and_its_effects_are_not() {
        Call call = new Call(Optional.of("k"), "h");
        ResponseEntity<Thing> first = idempotency.once("org", "op", call, Keep.TWO_DAYS, () -> {
            effect();
            throw new KitProblem.InvalidState("not now");
        });
        assertThat(first.getStatusCode().value()).isEqualTo(409);
        assertThat(effects()).isZero();
        ResponseEntity<Thing> again = idempotency.once("org", "op", call, Keep.TWO_DAYS, this::effect);
        assertThat(again.getStatusCode().value()).isEqualTo(409);
        assertThat(text(again)).isEqualTo(text(first));
        assertThat(effects()).isZero();
    }

    @Test
    void a_failure_that_may_pass_leaves_the_key_free() {
        Call call = new Call(Optional.of("k"), "h");
        assertThatThrownBy(() -> idempotency.once("org", "op", call, Keep.TWO_DAYS, () -> {
                    effect();
                    throw new KitProblem.Unavailable("busy", Duration.ofSeconds(1));
                }))
                .isInstanceOf(KitProblem.Unavailable.class);
        assertThat(effects()).isZero();
        assertThat(send("org", "op", "k", "h").getStatusCode().value()).isEqualTo(201);
    }

    @Test
    void while_the_first_call_runs_the_second_is_told_to_wait() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<ResponseEntity<Thing>> first = threads.submit(
                    () -> idempotency.once("org", "op", new Call(Optional.of("k"), "h"), Keep.TWO_DAYS, () -> {
                        inside.countDown();
                        await(go);
                        return effect();
                    }));
            inside.await();
            try {
                assertThatThrownBy(() -> send("org", "op", "k", "h")).isInstanceOf(KitProblem.InProgress.class);
            } finally {
                go.countDown();
            }
            assertThat(first.get().getStatusCode().value()).isEqualTo(201);
        }
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void a_secret_is_shown_once_and_never_stored() {
        Call call = new Call(Optional.of("k"), "h");
        ResponseEntity<Thing> first = masked(call);
        ResponseEntity<Thing> again = masked(call);
        assertThat(text(first)).contains("s3cret");
        assertThat(text(again)).isEqualTo("{\"number\":1,\"secret\":\"…\"}");
        assertThat(jdbc.sql("select response from idempotency_record")
                        .query(String.class)
                        .single())
                .doesNotContain("s3cret");
    }

    private ResponseEntity<Thing> masked(Call call) {
        return idempotency.once(
                "org", "op", call, Keep.FOR_EVER, thing -> new Thing(thing.number(), "…"), this::effect);
    }

    @Test
    void records_past_their_time_are_swept_and_money_is_kept() {
        send("org", "op", "k", "h");
        idempotency.once("org", "money", new Call(Optional.of("k"), "h"), Keep.FOR_EVER, this::effect);
        jdbc.sql("update idempotency_record set expires_at = now() - interval '1 second' where expires_at is not null")
                .update();
        assertThat(idempotency.sweep(10)).isEqualTo(1);
        assertThat(jdbc.sql("select operation from idempotency_record")
                        .query(String.class)
                        .list())
                .containsExactly("money");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> List<T> parallel(int count, Callable<T> call) throws Exception {
        AtomicInteger started = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(16)) {
            List<Callable<T>> calls = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                calls.add(() -> {
                    started.incrementAndGet();
                    return Objects.requireNonNull(call.call());
                });
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(calls)) {
                results.add(future.get());
            }
            assertThat(started).hasValue(count);
            return results;
        }
    }
}
