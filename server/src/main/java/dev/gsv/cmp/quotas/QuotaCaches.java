package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Notices;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** All that nodes remember of quotas. */
@Service
class QuotaCaches {

    private static final Logger LOG = LoggerFactory.getLogger(QuotaCaches.class);

    private final QuotaPolicies policies;
    private final Replenishments grants;
    private final Budgets budgets;
    private final Prices prices;
    private final BudgetStore store;
    private final Notices notices;

    QuotaCaches(
            QuotaPolicies policies,
            Replenishments grants,
            Budgets budgets,
            Prices prices,
            BudgetStore store,
            Notices notices) {
        this.policies = policies;
        this.grants = grants;
        this.budgets = budgets;
        this.prices = prices;
        this.store = store;
        this.notices = notices;
    }

    /** Empties what this node remembers and tells the others to do the same. Returns how many entries went here. */
    @Transactional
    public long clear() {
        for (String topic : List.of(
                QuotaPolicies.POLICIES, QuotaPolicies.TYPES, Replenishments.TOPIC, Budgets.TOPIC, Prices.TOPIC)) {
            notices.tell(topic, Notices.EVERYTHING);
        }
        return policies.forget() + grants.forget() + budgets.forget() + prices.forget();
    }

    boolean storageAnswers() {
        try {
            store.budgeted("");
            return true;
        } catch (RuntimeException e) {
            LOG.warn("the storage of quotas does not answer: {}", e.getMessage());
            return false;
        }
    }
}
