package dev.gsv.cmp.flows;

import dev.gsv.cmp.kit.Job;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Regular work on conversations and on the storage of flows. */
@Configuration(proxyBeanMethods = false)
class FlowJobs {

    private static final int PORTION = 10_000;

    @Bean
    Job oldMessages(Conversations conversations) {
        return new Job("flows.messages", Duration.ofMinutes(10), () -> conversations.sweep(PORTION));
    }

    @Bean
    Job leftoverFlows(Leftovers leftovers) {
        return new Job("flows.leftovers", Duration.ofHours(6), leftovers::sweep);
    }
}
