package dev.gsv.cmp.commerce;

import dev.gsv.cmp.kit.Job;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Regular work on subscriptions. */
@Configuration(proxyBeanMethods = false)
class RenewalJobs {

    @Bean
    Job periods(Renewals renewals) {
        return new Job("commerce.renewals", Duration.ofSeconds(30), renewals::all);
    }
}
