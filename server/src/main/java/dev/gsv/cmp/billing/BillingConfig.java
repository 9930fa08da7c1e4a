package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.kit.Pipelines;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

/** Joins the settings of credit to Spring. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(BillingSettings.class)
class BillingConfig {

    /** Few at a time and never in a hurry: one lane. */
    @Bean
    Lanes<Deposits.Deposit, Optional<Entry>> depositLanes(
            Ledger ledger,
            Idempotency idempotency,
            Pipelines pipelines,
            PlatformTransactionManager transactions,
            MeterRegistry meters) {
        return new Lanes<>(
                "deposits",
                new Lanes.Limits(1, 4096, 256),
                Deposits.Deposit::org,
                batch -> Deposits.post(batch, ledger, idempotency, pipelines),
                transactions,
                meters);
    }
}
