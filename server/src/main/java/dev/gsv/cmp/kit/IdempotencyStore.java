package dev.gsv.cmp.kit;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code idempotency_record}. */
@Repository
@AllOrgs(because = "the scope is part of the primary key; the kit knows no organizations")
class IdempotencyStore {

    record Row(String requestHash, int status, @Nullable String response) {}

    private final JdbcClient jdbc;

    IdempotencyStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Waits for a running transaction that holds the same key, then tells whether the key is now ours. */
    boolean insert(String scope, String operation, String key, String hash, @Nullable Duration keep) {
        return jdbc.sql("""
                        insert into idempotency_record (scope, operation, key, request_hash, expires_at)
                        values (:scope, :operation, :key, :hash, now() + make_interval(secs => :keep))
                        on conflict do nothing
                        """)
                        .param("scope", scope)
                        .param("operation", operation)
                        .param("key", key)
                        .param("hash", hash)
                        .param("keep", keep == null ? null : keep.toSeconds(), java.sql.Types.BIGINT)
                        .update()
                == 1;
    }

    /**
     * {@link #insert(String, String, String, String, Duration)} for many, in one order, so that two lists never wait
     * for each other in a circle. Tells which keys are ours now.
     */
    void insert(Pipeline pipeline, Collection<Idempotency.Wanted> wanted, Consumer<Idempotency.Key> mine) {
        pipeline.add(
                """
                        insert into idempotency_record (scope, operation, key, request_hash, expires_at)
                        select scope, operation, key, hash, now() + make_interval(secs => keep)
                        from unnest(:scopes::text[], :operations::text[], :keys::text[], :hashes::text[], :keep::bigint[])
                             as n (scope, operation, key, hash, keep)
                        order by scope, operation, key
                        on conflict do nothing
                        returning scope, operation, key
                        """,
                keys(wanted, Idempotency.Wanted::key)
                        .text("hashes", Idempotency.Wanted::hash)
                        .whole("keep", Idempotency.Wanted::keepSeconds)
                        .columns(),
                row -> mine.accept(
                        new Idempotency.Key(row.getString("scope"), row.getString("operation"), row.getString("key"))));
    }

    private static <T> Rows<T> keys(Collection<T> rows, Function<T, Idempotency.Key> key) {
        return Rows.of(rows)
                .text("scopes", row -> key.apply(row).scope())
                .text("operations", row -> key.apply(row).operation())
                .text("keys", row -> key.apply(row).key());
    }

    void finish(Pipeline pipeline, Collection<Idempotency.Finished> finished) {
        pipeline.add(
                """
                        update idempotency_record r
                        set http_status = n.status, response = n.response, last_seen_at = now()
                        from unnest(:scopes::text[], :operations::text[], :keys::text[], :states::bigint[],
                                    :responses::text[])
                             as n (scope, operation, key, status, response)
                        where r.scope = n.scope and r.operation = n.operation and r.key = n.key
                        """,
                keys(finished, Idempotency.Finished::key)
                        .number("states", Idempotency.Finished::status)
                        .text("responses", Idempotency.Finished::body)
                        .columns());
    }

    void delete(Pipeline pipeline, Collection<Idempotency.Key> keys) {
        pipeline.add("""
                        delete from idempotency_record r
                        using unnest(:scopes::text[], :operations::text[], :keys::text[]) as n (scope, operation, key)
                        where r.scope = n.scope and r.operation = n.operation and r.key = n.key and r.response is null
                        """, keys(keys, Function.identity()).columns());
    }

    Optional<Row> find(String scope, String operation, String key) {
        return jdbc.sql("""
                        select request_hash, coalesce(http_status, 0) as status, response
                        from idempotency_record
                        where scope = :scope and operation = :operation and key = :key
                        """)
                .param("scope", scope)
                .param("operation", operation)
                .param("key", key)
                .query(Row.class)
                .optional();
    }

    void finish(String scope, String operation, String key, int status, String response) {
        jdbc.sql("""
                        update idempotency_record
                        set http_status = :status, response = :response, last_seen_at = now()
                        where scope = :scope and operation = :operation and key = :key
                        """)
                .param("scope", scope)
                .param("operation", operation)
                .param("key", key)
                .param("status", status)
                .param("response", response)
                .update();
    }

    int sweep(int atMost) {
        return jdbc.sql("""
                        delete from idempotency_record
                        where ctid in (
                            select ctid from idempotency_record where expires_at < now() limit :at_most)
                        """).param("at_most", atMost).update();
    }
}
