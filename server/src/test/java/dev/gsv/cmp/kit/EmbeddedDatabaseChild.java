package dev.gsv.cmp.kit;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

/** A process that owns an embedded database and writes rows until it is killed; it tells each row that is committed. */
final class EmbeddedDatabaseChild {
    private EmbeddedDatabaseChild() {}

    public static void main(String[] args) throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.durable(Path.of(args[0]), Path.of(args[1]))) {
            database.createDatabase("cmp");
            try (Connection connection =
                            DriverManager.getConnection(database.jdbcUrl("cmp"), database.user(), database.password());
                    Statement statement = connection.createStatement()) {
                statement.execute("create table if not exists written (n bigint primary key)");
                for (long n = 1; ; n++) {
                    statement.execute("insert into written values (" + n + ")");
                    System.out.println(n);
                }
            }
        }
    }
}
