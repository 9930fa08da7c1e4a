package dev.gsv.cmp.kit;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the data is and how much of the database one node may use.
 *
 * @param directory the embedded cluster's folder; unused when {@code url} is set
 * @param url {@code postgres://user:password@host:5432/database?sslmode=require}, or a JDBC address; empty: embedded
 * @param ownerUrl the same database as another user, who owns its tables: migrations run as this one, and the user of
 *     {@code url} may only read and write rows
 * @param attach true for a tool beside a running program: it joins the embedded server that runs, and changes nothing
 * @param allowLosingCommits true in tests only: accepts a server with fsync off
 * @param connections size of the pool; with virtual threads the pool is the queue
 * @param connectionWait how long a caller waits for a connection before the answer is 503; four times as long while the
 *     database answers and only many others were there before
 * @param statementTimeout bound on one statement of the application
 * @param lockTimeout bound on waiting for a lock
 * @param idleInTransactionTimeout a transaction that does nothing for so long is cut off
 */
@ConfigurationProperties("cmp.database")
record DatabaseSettings(
        Path directory,
        @DefaultValue("") String url,
        @DefaultValue("") String ownerUrl,
        @DefaultValue("false") boolean attach,
        @DefaultValue("false") boolean allowLosingCommits,
        @DefaultValue("16") int connections,
        @DefaultValue("2s") Duration connectionWait,
        @DefaultValue("5s") Duration statementTimeout,
        @DefaultValue("2s") Duration lockTimeout,
        @DefaultValue("10s") Duration idleInTransactionTimeout) {

    private static final Pattern ADDRESS =
            Pattern.compile("postgres(?:ql)?://(?:([^:@/]*)(?::([^@/]*))?@)?([^/?@]+)(?:/([^?]*))?(?:\\?(.*))?");

    DatabaseSettings {
        url = url.strip();
        ownerUrl = ownerUrl.strip();
        if (url.isEmpty() && !ownerUrl.isEmpty()) {
            throw new CannotStart(
                    "DATABASE_OWNER_URL is set and DATABASE_URL is not.",
                    "Set DATABASE_URL to the user that the program works as, or neither to use the embedded database.");
        }
        if (connections < 2) {
            throw new IllegalArgumentException("cmp.database.connections is at least 2: " + connections);
        }
    }

    boolean embedded() {
        return url.isEmpty();
    }

    Target target() {
        return target(url);
    }

    /** What the driver needs: user and password are no part of the address, so that the address can be logged. */
    record Target(String jdbcUrl, Optional<String> user, Optional<String> password) {}

    /**
     * Reads an address of the form that CloudNativePG and most hosters give.
     *
     * @throws CannotStart when it is none; the message never shows the address, which holds a password
     */
    static Target target(String url) {
        if (url.startsWith("jdbc:postgresql:")) {
            return new Target(url, Optional.empty(), Optional.empty());
        }
        Matcher parts = ADDRESS.matcher(url);
        if (!parts.matches()) {
            throw new CannotStart(
                    "DATABASE_URL is not the address of a PostgreSQL database.",
                    "Write it as postgres://user:password@host:5432/database, with special characters of user and"
                            + " password percent-encoded (@ is %40, / is %2F).");
        }
        Optional<String> user = Optional.ofNullable(parts.group(1)).map(DatabaseSettings::decode);
        Optional<String> password = Optional.ofNullable(parts.group(2)).map(DatabaseSettings::decode);
        String database = Optional.ofNullable(parts.group(4))
                .filter(name -> !name.isEmpty())
                .or(() -> user)
                .orElse("");
        String jdbc = "jdbc:postgresql://" + parts.group(3) + "/" + database + query(parts.group(5));
        return new Target(jdbc, user, password);
    }

    /** libpq's names in, the driver's names out; what both call the same passes through. */
    private static String query(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return "";
        }
        List<String> out = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            String driverName = switch (name) {
                case "application_name" -> "ApplicationName";
                case "connect_timeout" -> "connectTimeout";
                case "target_session_attrs" -> "targetServerType";
                default -> name;
            };
            String driverValue = name.equals("target_session_attrs") && value.equals("read-write") ? "primary" : value;
            out.add(driverName + "=" + URLEncoder.encode(driverValue, StandardCharsets.UTF_8));
        }
        return "?" + String.join("&", out);
    }

    private static String decode(String part) {
        try {
            // A plus sign is itself here, not a blank as in a form.
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new CannotStart(
                    "DATABASE_URL holds a percent sign that begins no character code.",
                    "Write a percent sign in a user name or password as %25.",
                    e);
        }
    }
}
