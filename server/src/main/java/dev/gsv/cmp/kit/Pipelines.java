package dev.gsv.cmp.kit;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Opens {@link Pipeline}s over the database. */
@Component
public class Pipelines {

    /** The driver's property {@code binaryTransferEnable}: what {@link Rows} sends in the database's own form. */
    public static final String BINARY_TYPES = "UUID_ARRAY,TIMESTAMPTZ_ARRAY";

    private final JdbcTemplate jdbc;

    public Pipelines(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** An empty pipeline; whoever opens it runs it. */
    public Pipeline open() {
        return new Pipeline(jdbc);
    }
}
