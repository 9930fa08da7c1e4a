package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code api_key}. */
@Repository
class ApiKeyStore {

    /** A row to be written. */
    record NewRow(
            UUID id,
            UUID instance,
            UUID project,
            String name,
            ApiKey.Format format,
            String hash,
            String prefix,
            String last4,
            List<String> scopes,
            String createdBy,
            Instant expiresAt) {}

    /** What a presented key is a right to. */
    record Right(
            UUID id,
            OrgId org,
            UUID instance,
            UUID project,
            List<String> scopes,
            @Nullable Instant lastUsedAt) {}

    private final JdbcClient jdbc;

    ApiKeyStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Writes a key unless the instance has enough active ones; the caller holds the instance meanwhile. */
    boolean insert(OrgId org, NewRow key, int maxActive, Instant now) {
        return jdbc.sql("""
                        insert into api_key (org_id, id, instance_id, project_id, name, format, key_hash, key_prefix,
                                             key_last4, scopes, created_by, expires_at)
                        select :org, :id, :instance, :project, :name, :format, :hash, :prefix, :last4, :scopes, :by,
                               :expires
                        where (select count(*) from api_key
                               where org_id = :org and instance_id = :instance
                                 and revoked_at is null and expires_at > :now) < :max
                        """)
                        .param("org", org.value())
                        .param("id", key.id())
                        .param("instance", key.instance())
                        .param("project", key.project())
                        .param("name", key.name())
                        .param("format", key.format().text())
                        .param("hash", key.hash())
                        .param("prefix", key.prefix())
                        .param("last4", key.last4())
                        .param("scopes", key.scopes().toArray(String[]::new))
                        .param("by", key.createdBy())
                        .param("expires", Timestamp.from(key.expiresAt()))
                        .param("now", Timestamp.from(now))
                        .param("max", maxActive)
                        .update()
                == 1;
    }

    /** Newest first. */
    List<ApiKey> list(OrgId org, UUID instance, Instant now, int limit) {
        return jdbc.sql("""
                        select id, instance_id, name, format, key_prefix, key_last4, scopes, last_used_at, expires_at,
                               revoked_at is null and expires_at > :now as is_active, created_at
                        from api_key
                        where org_id = :org and instance_id = :instance
                        order by id desc
                        limit :limit
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("now", Timestamp.from(now))
                .param("limit", limit)
                .query(ApiKeyStore::key)
                .list();
    }

    Optional<ApiKey> find(OrgId org, UUID instance, UUID id, Instant now) {
        return jdbc.sql("""
                        select id, instance_id, name, format, key_prefix, key_last4, scopes, last_used_at, expires_at,
                               revoked_at is null and expires_at > :now as is_active, created_at
                        from api_key
                        where org_id = :org and instance_id = :instance and id = :id
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("id", id)
                .param("now", Timestamp.from(now))
                .query(ApiKeyStore::key)
                .optional();
    }

    void revoke(OrgId org, UUID instance, UUID id, Instant now) {
        jdbc.sql("""
                        update api_key set revoked_at = :now, updated_at = now()
                        where org_id = :org and instance_id = :instance and id = :id and revoked_at is null
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("id", id)
                .param("now", Timestamp.from(now))
                .update();
    }

    void revokeAll(OrgId org, UUID instance, Instant now) {
        jdbc.sql("""
                        update api_key set revoked_at = :now, updated_at = now()
                        where org_id = :org and instance_id = :instance and revoked_at is null
                        """)
                .param("org", org.value())
                .param("instance", instance)
                .param("now", Timestamp.from(now))
                .update();
    }

    @AllOrgs(because = "the key itself says whose it is; its hash is unique")
    Optional<Right> right(String hash, Instant now) {
        return jdbc.sql("""
                        select org_id, id, instance_id, project_id, scopes, last_used_at
                        from api_key
                        where key_hash = :hash and revoked_at is null and expires_at > :now
                        """)
                .param("hash", hash)
                .param("now", Timestamp.from(now))
                .query((row, number) -> new Right(
                        row.getObject("id", UUID.class),
                        new OrgId(row.getObject("org_id", UUID.class)),
                        row.getObject("instance_id", UUID.class),
                        row.getObject("project_id", UUID.class),
                        List.of((String[]) row.getArray("scopes").getArray()),
                        time(row, "last_used_at")))
                .optional();
    }

    /** Notes a use, unless another node just did. */
    void used(OrgId org, UUID id, Instant now, Instant unlessSince) {
        jdbc.sql("""
                        update api_key set last_used_at = :now
                        where org_id = :org and id = :id and (last_used_at is null or last_used_at <= :since)
                        """)
                .param("org", org.value())
                .param("id", id)
                .param("now", Timestamp.from(now))
                .param("since", Timestamp.from(unlessSince))
                .update();
    }

    private static ApiKey key(ResultSet row, int number) throws SQLException {
        return new ApiKey(
                row.getObject("id", UUID.class),
                row.getObject("instance_id", UUID.class),
                row.getString("name"),
                ApiKey.Format.parse(row.getString("format")),
                row.getString("key_prefix"),
                row.getString("key_last4"),
                List.of((String[]) row.getArray("scopes").getArray()),
                time(row, "last_used_at"),
                row.getTimestamp("expires_at").toInstant(),
                row.getBoolean("is_active"),
                row.getTimestamp("created_at").toInstant());
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }
}
