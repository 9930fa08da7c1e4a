package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Job;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Regular work on quotas; nothing but tidiness depends on it. */
@Configuration(proxyBeanMethods = false)
class QuotaJobs {

    private static final int PORTION = 5000;
    private static final Duration OFTEN = Duration.ofSeconds(30);

    @Bean
    Job quotaSlots(InstanceQuotas instances) {
        return new Job("quotas.slots", OFTEN, () -> instances.sweep(PORTION));
    }

    @Bean
    Job quotaAdmissions(UserQuotas users) {
        return new Job("quotas.admissions", OFTEN, () -> users.sweep(PORTION));
    }

    @Bean
    Job quotaHolds(Budgets budgets) {
        return new Job("quotas.holds", OFTEN, () -> budgets.sweep(PORTION));
    }

    @Bean
    Job quotaGrants(Replenishments grants) {
        return new Job("quotas.grants", Duration.ofMinutes(5), () -> grants.sweep(PORTION));
    }
}
