package dev.gsv.cmp.kit;

import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Regular work on idempotency records. */
@Configuration(proxyBeanMethods = false)
class IdempotencyJobs {

    private static final int PORTION = 10_000;

    @Bean
    Job forgottenKeys(Idempotency idempotency) {
        return new Job("kit.idempotency", Duration.ofMinutes(10), () -> idempotency.sweep(PORTION));
    }
}
