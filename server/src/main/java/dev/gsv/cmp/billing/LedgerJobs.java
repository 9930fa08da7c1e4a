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
