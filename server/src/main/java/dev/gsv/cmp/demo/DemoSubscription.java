package dev.gsv.cmp.demo;

import dev.gsv.cmp.billing.Wallets;
import dev.gsv.cmp.commerce.Subscriptions;
import dev.gsv.cmp.instances.Instance;
import dev.gsv.cmp.instances.InstanceState;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Member;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What the demo's buyer has: a workspace with trial credit, and a Customer Support Agent. */
@Service
class DemoSubscription {
    static final String AGENT = "customer-support-agent";

    private final DemoStore store;
    private final Wallets wallets;
    private final Orgs orgs;
    private final Subscriptions subscriptions;
    private final Instances instances;

    DemoSubscription(DemoStore store, Wallets wallets, Orgs orgs, Subscriptions subscriptions, Instances instances) {
        this.store = store;
        this.wallets = wallets;
        this.orgs = orgs;
        this.subscriptions = subscriptions;
        this.instances = instances;
    }

    /** The buyer's instance, made with its workspace at the first call. */
    @Transactional
    public Instance make(Caller buyer) {
        Optional<UUID> made = store.instance();
        if (made.isPresent()) {
            return find(made.get()).orElseThrow();
        }
        OrgId org = wallets.auto(buyer).orgId();
        Member member = orgs.enter(buyer, org.value());
        Instance instance = subscriptions.startTrial(member, AGENT, Optional.empty());
        store.noteInstance(instance.id());
        return instance;
    }

    /** The buyer's instance, as long as it runs. */
    Optional<Instance> running() {
        return store.instance().flatMap(this::find).filter(instance -> instance.state() == InstanceState.ACTIVE);
    }

    private Optional<Instance> find(UUID id) {
        return instances.runnable(id).map(Instances.Runnable::org).map(org -> instances.instance(org, id));
    }
}
