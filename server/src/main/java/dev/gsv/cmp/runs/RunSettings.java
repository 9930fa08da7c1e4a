package dev.gsv.cmp.runs;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the gateway.
 *
 * @param timeoutSeconds how long a run may take, 1 to 120 ({@code RUN_TIMEOUT_SECONDS}, decision C-11)
 * @param unsettled folder for settlements that could not be written; it survives the process
 */
@ConfigurationProperties("cmp.runs")
record RunSettings(@DefaultValue("60") int timeoutSeconds, Path unsettled) {

    private static final int MAX_SECONDS = 120;

    /** What a run may need beyond its deadline to be closed; after it another node takes it for dead. */
    static final Duration GRACE = Duration.ofSeconds(15);

    RunSettings {
        if (timeoutSeconds < 1 || timeoutSeconds > MAX_SECONDS) {
            throw new IllegalArgumentException(
                    "RUN_TIMEOUT_SECONDS is between 1 and " + MAX_SECONDS + ": " + timeoutSeconds);
        }
    }

    Duration timeout() {
        return Duration.ofSeconds(timeoutSeconds);
    }

    Duration lease() {
        return timeout().plus(GRACE);
    }
}
