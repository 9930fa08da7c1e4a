package dev.gsv.cmp.runs;

import dev.gsv.cmp.kit.Problem;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** What the gateway tells Prometheus. No label names an organization. */
@Component
class RunMetrics {

    private final MeterRegistry registry;

    RunMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Counts a refusal and hands it back to be thrown. */
    Problem refused(Problem refusal) {
        registry.counter("cmp.refusals", "reason", refusal.code()).increment();
        return refusal;
    }

    /** @param lag from the end of the run to its settlement */
    void ended(Run.Status status, Duration elapsed, Duration lag) {
        registry.counter("cmp.runs", "outcome", status.text()).increment();
        Timer.builder("cmp.run.time")
                .tag("outcome", status.text())
                .register(registry)
                .record(elapsed);
        registry.timer("cmp.settle.lag").record(lag);
    }
}
