package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Notices;
import dev.gsv.cmp.kit.Patch;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/**
 * The limits of user types, and which type a user has. What holds in the place of the installation holds everywhere.
 */
@Service
class QuotaPolicies implements SmartInitializingSingleton {

    /** Longest time that a policy is remembered; a write is known at once, and without a notice after 2 s. */
    static final Duration REMEMBERED = Duration.ofSeconds(60);

    /** How often policies and grants were read from the database, beside {@code cmp_quotas_admissions_total}. */
    static final String READS = "cmp.quotas.reads";

    static final String POLICIES = "quotas.policies";
    static final String TYPES = "quotas.types";
    private static final Logger LOG = LoggerFactory.getLogger(QuotaPolicies.class);
    private static final String BY_US = "Present on a fresh installation.";

    private record Asked(Place place, String userType, String bundle) {}

    private final PolicyStore store;
    private final QuotaSettings settings;
    private final Notices notices;
    private final Patch patch;
    private final MeterRegistry meters;
    private final Memory<Asked, Optional<QuotaPolicy>> policies = new Memory<>(REMEMBERED);
    private final Memory<String, Optional<String>> types = new Memory<>(REMEMBERED);

    QuotaPolicies(PolicyStore store, QuotaSettings settings, Notices notices, Patch patch, MeterRegistry meters) {
        this.store = store;
        this.settings = settings;
        this.notices = notices;
        this.patch = patch;
        this.meters = meters;
        notices.on(POLICIES, type -> policies.forget(concerned(type)));
        notices.on(TYPES, user -> types.forget(asked -> user.equals(Notices.EVERYTHING) || asked.equals(user)));
    }

    /** Writing one bundle or all, here or for the installation, can change what any bundle of the type gets. */
    private static Predicate<Asked> concerned(String type) {
        return asked -> type.equals(Notices.EVERYTHING) || asked.userType().equals(type);
    }

    /** What a fresh installation has (section 1.1). */
    @Override
    public void afterSingletonsInstantiated() {
        Place place = settings.installation();
        store.seed(place, fresh(QuotaUser.ANONYMOUS, new Allowance(1L, 20L, null, null, null, 100_000L, null)));
        store.seed(place, fresh(QuotaUser.FREE, new Allowance(2L, 50L, null, null, null, 500_000L, null)));
        store.seed(place, fresh(QuotaUser.PAID, new Allowance(8L, 10_000L, null, null, null, null, null)));
        store.seed(place, fresh(QuotaUser.SERVICE, Allowance.NONE));
    }

    private static PolicyInput fresh(String type, Allowance limits) {
        return PolicyInput.of(type, limits, BY_US);
    }

    /**
     * The policy that holds; empty when nobody defined the type. When it cannot be read, the fallback of the contract
     * holds as for an unknown type.
     */
    Optional<QuotaPolicy> policy(Place place, String userType, String bundle, boolean fresh) {
        Asked asked = new Asked(place, userType, bundle);
        try {
            return fresh ? policies.reread(asked, this::read) : policies.get(asked, this::read);
        } catch (RuntimeException e) {
            LOG.error("the quota policy of {} cannot be read: the fallback holds", userType, e);
            meters.counter("cmp.quotas.unreadable", "what", "policy").increment();
            return Optional.empty();
        }
    }

    private Optional<QuotaPolicy> read(Asked asked) {
        List<String> keys = keys(asked);
        return first(keys, found(keys));
    }

    /** Where a policy may stand, the nearest first. */
    private List<String> keys(Asked asked) {
        Place all = settings.installation();
        return List.of(
                PolicyStore.key(asked.place(), asked.userType(), asked.bundle()),
                PolicyStore.key(asked.place(), asked.userType(), QuotaPolicy.ALL),
                PolicyStore.key(all, asked.userType(), asked.bundle()),
                PolicyStore.key(all, asked.userType(), QuotaPolicy.ALL));
    }

    private Map<String, QuotaPolicy> found(Collection<String> keys) {
        meters.counter(READS, "what", "policies").increment();
        return store.active(keys);
    }

    private static Optional<QuotaPolicy> first(List<String> keys, Map<String, QuotaPolicy> found) {
        return keys.stream()
                .flatMap(key -> Optional.ofNullable(found.get(key)).stream())
                .findFirst();
    }

    /** What is stored for all of these, past what is remembered, in one statement. */
    Map<Ticket, Optional<QuotaPolicy>> fresh(Collection<Ticket> tickets) {
        Map<Ticket, Asked> wanted = new HashMap<>();
        Map<Asked, List<String>> keys = new HashMap<>();
        for (Ticket ticket : tickets) {
            Asked asked = new Asked(ticket.place(), ticket.userType(), ticket.bundle());
            wanted.put(ticket, asked);
            keys.computeIfAbsent(asked, this::keys);
        }
        Map<String, QuotaPolicy> found =
                found(keys.values().stream().flatMap(List::stream).collect(Collectors.toSet()));
        Map<Ticket, Optional<QuotaPolicy>> policy = new HashMap<>();
        wanted.forEach((ticket, asked) -> policy.put(ticket, first(Objects.requireNonNull(keys.get(asked)), found)));
        return policy;
    }

    /** What the credential says, else what an operator assigned, else what the plan makes of the user. */
    String type(QuotaUser user) {
        String said = user.userType();
        if (said != null && !said.isBlank()) {
            return said;
        }
        Optional<String> assigned;
        try {
            assigned = types.get(user.userId(), this::read);
        } catch (RuntimeException e) {
            LOG.error("the user type of {} cannot be read: the plan decides", user.userId(), e);
            meters.counter("cmp.quotas.unreadable", "what", "type").increment();
            assigned = Optional.empty();
        }
        return assigned.orElse(user.trial() ? QuotaUser.FREE : QuotaUser.PAID);
    }

    private Optional<String> read(String user) {
        meters.counter(READS, "what", "types").increment();
        return store.type(user);
    }

    Optional<String> assigned(String user) {
        return store.type(user);
    }

    @Transactional
    void assign(String user, String type, String by) {
        store.assign(user, type, by);
        notices.tell(TYPES, user);
    }

    @Transactional
    void unassign(String user) {
        if (!store.unassign(user)) {
            throw new KitProblem.NotFound("user type of this user");
        }
        notices.tell(TYPES, user);
    }

    /**
     * Writes a policy: absent is unchanged, null lifts a limit, and a policy that was taken away is there again.
     *
     * @param version what the writer has seen; null writes over whatever is there
     * @throws QuotasProblem.EditConflict when somebody else wrote meanwhile (409)
     */
    @Transactional
    QuotaPolicy write(Place place, JsonNode changes, @Nullable Long version, String by) {
        if (!changes.has("user_type") && !changes.has("userType")) {
            throw new KitProblem.Invalid("user_type", "is required");
        }
        PolicyInput named = patch.apply(EMPTY, changes, PolicyInput.class);
        store.hold(PolicyStore.key(place, named.userType(), named.bundleId()));
        Optional<QuotaPolicy> before = store.find(place, named.userType(), named.bundleId());
        QuotasProblem.EditConflict.check(version, before.map(QuotaPolicy::version));
        PolicyInput wanted = before.map(PolicyInput::of)
                .map(now -> patch.apply(now, changes, PolicyInput.class))
                .orElse(named);
        QuotaPolicy written = store.save(place, wanted, by);
        notices.tell(POLICIES, written.userType());
        return written;
    }

    /** Nothing is said yet; the name is replaced by the patch or refused. */
    private static final PolicyInput EMPTY = PolicyInput.of("?", Allowance.NONE, "");

    QuotaPolicy get(Place place, String userType, String bundle) {
        return store.find(place, userType, bundle)
                .filter(QuotaPolicy::active)
                .orElseThrow(() -> new KitProblem.NotFound("quota policy"));
    }

    @Transactional
    void deactivate(Place place, String userType, String bundle, String by) {
        if (!store.deactivate(place, userType, bundle, by)) {
            throw new KitProblem.NotFound("quota policy");
        }
        notices.tell(POLICIES, userType);
    }

    List<QuotaPolicy> list(Place place, Listing listing) {
        return store.list(place, listing);
    }

    long forget() {
        return policies.forget(asked -> true) + types.forget(user -> true);
    }
}
