package dev.gsv.cmp.runs;

import dev.gsv.cmp.kit.Job;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Regular work on runs. */
@Configuration(proxyBeanMethods = false)
class RunJobs {

    private static final int PORTION = 1000;

    @Bean
    Job abandonedRuns(Runs runs) {
        return new Job("runs.abandoned", Duration.ofSeconds(10), () -> runs.abandonOverdue(PORTION));
    }
}
