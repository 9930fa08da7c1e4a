package dev.gsv.cmp.kit;

import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The few statements about a database server itself; no table of any room. */
@AllOrgs(because = "it asks about the server and reads no row")
final class ClusterStore {
    /** The settings without which a commit that was answered can be lost. */
    private static final List<String> DURABILITY = List.of("fsync", "synchronous_commit", "full_page_writes");

    private final JdbcClient sql;

    ClusterStore(DataSource source) {
        this.sql = JdbcClient.create(source);
    }

    /**
     * Refuses a server that answers a commit before it is on disk.
     *
     * @throws CannotStart naming the settings that are off
     */
    void assertDurable() {
        for (String name : DURABILITY) {
            String value = sql.sql("select current_setting(:name)")
                    .param("name", name)
                    .query(String.class)
                    .single();
            if (value.equals("off")) {
                throw new CannotStart(
                        "The database runs with " + name + "=off: credit that was answered as spent could be lost.",
                        "Switch " + name + " on in PostgreSQL's configuration.");
            }
        }
    }

    /** The server's major version, such as 18. */
    int majorVersion() {
        return sql.sql("select current_setting('server_version_num')::int / 10000")
                .query(Integer.class)
                .single();
    }

    void createDatabase(String name) {
        if (!name.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("not a name of a database: " + name);
        }
        int found = sql.sql("select count(*) from pg_database where datname = :name")
                .param("name", name)
                .query(Integer.class)
                .single();
        if (found == 0) {
            sql.sql("create database " + name).update();
        }
    }
}
