package dev.gsv.cmp.kit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Opens {@link Pipeline}s over the database. */
@Component
public class Pipelines {

    /** The driver's property {@code binaryTransferEnable}: what {@link Rows} sends in the database's own form. */
    public static final String BINARY_TYPES = "UUID_ARRAY,TIMESTAMPTZ_ARRAY";

    private final JdbcTemplate jdbc;
    private final Counter trips;
    private final Counter statements;

    public Pipelines(JdbcTemplate jdbc, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.trips = Counter.builder("cmp.pipeline.trips")
                .description("Round trips to the database with statements that travel together")
                .register(meters);
        this.statements = Counter.builder("cmp.pipeline.statements")
                .description("Statements that travelled together")
                .register(meters);
    }

    /** An empty pipeline; whoever opens it runs it. */
    public Pipeline open() {
        return new Pipeline(jdbc, sent -> {
            trips.increment();
            statements.increment(sent);
        });
    }
}
