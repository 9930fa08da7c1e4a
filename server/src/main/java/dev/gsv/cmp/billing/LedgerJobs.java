package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Job;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Regular work on the ledger. */
@Configuration(proxyBeanMethods = false)
class LedgerJobs {

    /** Readers never wait for this: what is due does not count for them. It keeps the tables honest. */
    @Bean
    Job expiries(Sweeps sweeps) {
        return new Job("billing.expiries", Duration.ofSeconds(10), sweeps::all);
    }

    /** Wallets that wait for their next charge: after a refusal, a success, or the last one of a day. */
    @Bean
    Job waitingTopUps(TopUps topUps) {
        return new Job(
                "billing.top-ups", Duration.ofSeconds(30), () -> topUps.due().forEach(topUps::look));
    }

    /** What others are to learn about credit. */
    @Bean
    Job untoldEvents(Events events) {
        return new Job("billing.events", Duration.ofSeconds(2), events::tell);
    }

    @Bean
    Job oldEvents(Events events) {
        return new Job("billing.old-events", Duration.ofHours(1), events::forget);
    }

    /** The tables that grow have a partition for each month, made long before it begins. */
    @Bean
    Job partitions(Ledger ledger) {
        return new Job("billing.partitions", Duration.ofHours(12), ledger::makePartitions);
    }

    /** Behind the hot path, in bounded portions; an idle ledger costs one look at an index. */
    @Bean
    Job sealing(Seals seals) {
        return new Job("billing.seals", Duration.ofSeconds(2), seals::seal);
    }

    /** It runs in the background: a large ledger takes minutes. */
    @Bean
    Job dailyVerification(Verifications verifications) {
        return new Job("billing.verification", Duration.ofDays(1), verifications::daily);
    }
}
