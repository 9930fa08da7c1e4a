package dev.gsv.cmp.runs;

import dev.gsv.cmp.kit.Lanes;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

/** Joins the settings of the gateway to Spring. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RunSettings.class)
class RunConfig {

    /** Openings and closings of runs, and authorizations of outside gateways, are committed together. */
    @Bean
    Lanes<Posting, Posting.Posted> postings(
            Batches batches, PlatformTransactionManager transactions, MeterRegistry meters) {
        return new Lanes<>("runs", Lanes.Limits.USUAL, Posting::org, batches::post, transactions, meters);
    }
}
