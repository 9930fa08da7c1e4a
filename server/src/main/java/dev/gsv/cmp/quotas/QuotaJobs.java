package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Job;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Regular work on quotas. */
@Configuration(proxyBeanMethods = false)
class QuotaJobs {

    private static final int PORTION = 10_000;

    /** Nobody counts a dead slot; this keeps the table small. */
    @Bean
    Job deadSlots(Quotas quotas) {
        return new Job("quotas.slots", Duration.ofMinutes(1), () -> quotas.sweep(PORTION));
    }
}
