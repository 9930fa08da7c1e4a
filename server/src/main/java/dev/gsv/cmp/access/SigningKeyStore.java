package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.AllOrgs;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code signing_key}. */
@Repository
@AllOrgs(because = "the issuer's keys belong to no organization")
class SigningKeyStore {

    record Row(String kid, String publicJwk, byte[] sealedPrivate, Instant signsFrom) {}

    private final JdbcClient jdbc;

    SigningKeyStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Keeps two nodes from making a key at the same time, until the transaction ends. */
    void lock() {
        jdbc.sql("lock table signing_key in share row exclusive mode").update();
    }

    /** What is published, newest first. */
    List<Row> published(Instant now) {
        return jdbc.sql("""
                        select kid, public_jwk, sealed_private, signs_from
                        from signing_key
                        where retired_at is null or retired_at > :now
                        order by signs_from desc, kid
                        """)
                .param("now", Timestamp.from(now))
                .query((row, number) -> new Row(
                        row.getString("kid"),
                        row.getString("public_jwk"),
                        row.getBytes("sealed_private"),
                        row.getTimestamp("signs_from").toInstant()))
                .list();
    }

    void insert(Row key) {
        jdbc.sql("""
                        insert into signing_key (kid, public_jwk, sealed_private, signs_from)
                        values (:kid, :public, :sealed, :from)
                        """)
                .param("kid", key.kid())
                .param("public", key.publicJwk())
                .param("sealed", key.sealedPrivate())
                .param("from", Timestamp.from(key.signsFrom()))
                .update();
    }

    /** All others are published until the last token that they signed has ended. */
    void retireOthers(String kid, Instant at) {
        jdbc.sql("update signing_key set retired_at = :at where kid <> :kid and retired_at is null")
                .param("kid", kid)
                .param("at", Timestamp.from(at))
                .update();
    }
}
