package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code offering_version}. */
@Repository
class VersionStore {

    private final JdbcClient jdbc;

    VersionStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False when the label is taken, or the offering is not the seller's. */
    boolean insert(OrgId provider, UUID offering, UUID id, NewVersion version) {
        return jdbc.sql("""
                        insert into offering_version (id, offering_id, version_label, artifact_s3_key, artifact_sha256,
                            artifact_bytes, capabilities, defaults, config_schema, valid, runtime, findings)
                        select :id, o.id, :label, :artifact_key, :sha256, :bytes, :capabilities,
                            cast(:defaults as jsonb), cast(:config_schema as jsonb), :valid, :runtime,
                            cast(:findings as jsonb)
                        from offering o where o.id = :offering and o.provider_org_id = :provider
                        on conflict (offering_id, version_label) do nothing
                        """)
                        .param("provider", provider.value())
                        .param("offering", offering)
                        .param("id", id)
                        .param("label", version.label())
                        .param("artifact_key", version.artifactKey())
                        .param("sha256", version.sha256())
                        .param("bytes", version.bytes())
                        .param("capabilities", RowsStore.array(version.capabilities()))
                        .param("defaults", RowsStore.written(version.defaults()))
                        .param("config_schema", RowsStore.written(version.configSchema()))
                        .param("valid", version.checked().valid())
                        .param("runtime", version.checked().runtime())
                        .param("findings", RowsStore.written(version.checked().findings()))
                        .update()
                == 1;
    }

    @AllOrgs(because = "a version is part of the catalogue; services hide what is not for everybody")
    Optional<Version> find(UUID id) {
        return jdbc.sql("select * from offering_version where id = :id")
                .param("id", id)
                .query(VersionStore::version)
                .optional();
    }

    /** Newest first. */
    @AllOrgs(because = "a version is part of the catalogue; services hide what is not for everybody")
    List<Version> of(UUID offering, int atMost) {
        return jdbc.sql("select * from offering_version where offering_id = :offering order by id desc limit :at_most")
                .param("offering", offering)
                .param("at_most", atMost)
                .query(VersionStore::version)
                .list();
    }

    @AllOrgs(because = "asks which objects of the storage are in use; nothing is shown to anybody")
    Set<String> artifacts(Collection<UUID> offerings) {
        return offerings.isEmpty()
                ? Set.of()
                : Set.copyOf(jdbc.sql("""
                                select distinct artifact_s3_key from offering_version
                                where offering_id in (:offerings) and artifact_s3_key is not null
                                """)
                        .param("offerings", offerings)
                        .query(String.class)
                        .list());
    }

    void status(OrgId provider, UUID offering, UUID id, VersionStatus status) {
        jdbc.sql("""
                        update offering_version v set status = :status, updated_at = now()
                        from offering o
                        where v.id = :id and v.offering_id = :offering and o.id = v.offering_id
                          and o.provider_org_id = :provider
                        """)
                .param("provider", provider.value())
                .param("offering", offering)
                .param("id", id)
                .param("status", status.text())
                .update();
    }

    private static Version version(ResultSet row, int number) throws SQLException {
        return new Version(
                RowsStore.id(row, "id"),
                RowsStore.id(row, "offering_id"),
                RowsStore.text(row, "version_label"),
                row.getString("artifact_s3_key"),
                RowsStore.text(row, "artifact_sha256"),
                row.getLong("artifact_bytes"),
                RowsStore.texts(row, "capabilities"),
                RowsStore.json(row, "defaults"),
                RowsStore.optionalJson(row, "config_schema"),
                VersionStatus.of(RowsStore.text(row, "status")),
                row.getBoolean("valid"),
                RowsStore.text(row, "runtime"),
                RowsStore.json(row, "findings"),
                RowsStore.time(row, "created_at"),
                RowsStore.time(row, "updated_at"));
    }
}
