package dev.gsv.cmp.kit;

import java.time.Duration;
import java.util.Optional;
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

    void delete(String scope, String operation, String key) {
        jdbc.sql("""
                        delete from idempotency_record
                        where scope = :scope and operation = :operation and key = :key and response is null
                        """)
                .param("scope", scope)
                .param("operation", operation)
                .param("key", key)
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
