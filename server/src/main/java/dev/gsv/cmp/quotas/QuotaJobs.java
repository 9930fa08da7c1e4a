package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Job;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Regular work on limits. */
@Configuration(proxyBeanMethods = false)
class QuotaJobs {

    private static final int PORTION = 1000;

    @Bean
    Job slots(Quotas quotas) {
        return new Job("quotas.slots", Duration.ofMinutes(1), () -> quotas.sweep(PORTION));
    }
}
