package dev.gsv.cmp.demo;

import dev.gsv.cmp.access.ApiKey;
import dev.gsv.cmp.access.ApiKeys;
import dev.gsv.cmp.demo.DemoPeople.Person;
import dev.gsv.cmp.instances.Instance;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.NewOrganization;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.springframework.stereotype.Service;

/**
 * What the demo consists of, in the order in which it is made. Each step makes only what is missing, so that a seed
 * that was killed goes on where it stopped.
 */
@Service
class Demo {
    static final String URL = "CMP_URL";
    static final String KEY = "DEMO_API_KEY";
    static final String INSTANCE = "DEMO_INSTANCE_ID";

    private static final String SELLER = "Harbour Agents";
    private static final String KEY_NAME = "Demo";

    private final DemoFile file;
    private final DemoPeople people;
    private final DemoOfferings offerings;
    private final DemoSubscription subscription;
    private final ApiKeys keys;
    private final Orgs orgs;

    Demo(
            DemoSettings settings,
            DemoPeople people,
            DemoOfferings offerings,
            DemoSubscription subscription,
            ApiKeys keys,
            Orgs orgs) {
        this.file = new DemoFile(settings.folder());
        this.people = people;
        this.offerings = offerings;
        this.subscription = subscription;
        this.keys = keys;
        this.orgs = orgs;
    }

    /** What {@code demo.env} says. */
    Map<String, String> logins() {
        return file.read();
    }

    /**
     * Makes what is missing.
     *
     * @param beforeEach called before each step; what it throws ends the seed there
     */
    void make(Runnable beforeEach) {
        beforeEach.run();
        openAccounts();
        beforeEach.run();
        OrgId provider = provider(people.caller(Person.SELLER));
        for (Sample sample : Sample.all()) {
            offerings.make(provider, people.caller(Person.OPERATOR), sample, beforeEach);
        }
        beforeEach.run();
        Instance instance = subscription.make(people.caller(Person.BUYER));
        beforeEach.run();
        handOut(instance);
    }

    /** Makes {@code demo.env} and the accounts agree again, and hands out another key when the file has none. */
    void restore() {
        openAccounts();
        subscription.running().ifPresent(this::handOut);
    }

    /** The file first: the database never knows a password that the file does not. */
    private void openAccounts() {
        Map<String, String> logins = file.read();
        if (people.complete(logins)) {
            file.write(logins);
        }
        people.admit(logins);
    }

    private OrgId provider(Caller seller) {
        try {
            return orgs.first(seller);
        } catch (KitProblem.NotFound e) {
            return orgs.create(seller, new NewOrganization(SELLER, null, true)).id();
        }
    }

    /** A key is shown only once: one that did not reach the file is of no use to anybody, and is revoked. */
    private void handOut(Instance instance) {
        Map<String, String> logins = file.read();
        if (logins.containsKey(KEY) && instance.id().toString().equals(logins.get(INSTANCE))) {
            return;
        }
        keys.list(instance.orgId(), instance.id()).stream()
                .filter(key -> key.isActive() && key.name().equals(KEY_NAME))
                .forEach(lost -> keys.revoke(instance.orgId(), instance.id(), lost.id()));
        ApiKey.Shown key = keys.create(
                instance.orgId(),
                instance.id(),
                people.caller(Person.BUYER).person(),
                new ApiKey.Wish(KEY_NAME, null, null, ApiKey.Format.OPAQUE));
        logins.put(KEY, Objects.requireNonNull(key.key()));
        logins.put(INSTANCE, instance.id().toString());
        file.write(logins);
    }

    /** Notes where this node is reached. */
    void reachedAt(String url) {
        Map<String, String> logins = file.read();
        if (!logins.isEmpty() && !url.equals(logins.put(URL, url))) {
            file.write(logins);
        }
    }

    /** Whether the file holds everything that a visitor needs. */
    static boolean complete(Map<String, String> logins) {
        return logins.keySet().containsAll(Set.of(URL, KEY, INSTANCE))
                && Set.of(Person.values()).stream()
                        .allMatch(person ->
                                logins.containsKey(person.emailKey()) && logins.containsKey(person.passwordKey()));
    }
}
