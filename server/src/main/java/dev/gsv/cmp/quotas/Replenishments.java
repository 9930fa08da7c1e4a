package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Notices;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What single users were given or bought on top of their policy. Each grant is a row of its own: grants add up, and a
 * later one never replaces an earlier one.
 */
@Service
public class Replenishments {

    /** Longest time that a user's grants are remembered; a write is known at once, and without a notice after 2 s. */
    static final Duration REMEMBERED = Duration.ofSeconds(5);

    static final String TOPIC = "quotas.grants";
    private static final Logger LOG = LoggerFactory.getLogger(Replenishments.class);

    private final ReplenishmentStore store;
    private final QuotaSettings settings;
    private final Notices notices;
    private final MeterRegistry meters;
    private final Ids ids;
    private final Clock clock;
    /** By user, whatever the place: a grant of the installation counts in all of them. */
    private final Memory<Owner, List<Grant>> remembered = new Memory<>(REMEMBERED);

    private record Owner(Place place, String user) {}

    /** Up to how many owners of grants a node remembers; where there are more, each user is asked for. */
    static final int MOST_OWNERS = 10_000;

    /** Who has any grant at all, by {@link ReplenishmentStore#owner}: one reading tells of everybody who has none. */
    private final Memory<String, Set<String>> owners = new Memory<>(REMEMBERED);

    Replenishments(
            ReplenishmentStore store,
            QuotaSettings settings,
            Notices notices,
            MeterRegistry meters,
            Ids ids,
            Clock clock) {
        this.store = store;
        this.settings = settings;
        this.notices = notices;
        this.meters = meters;
        this.ids = ids;
        this.clock = clock;
        notices.on(TOPIC, told -> {
            // In this order: what was read of one user is judged by who has any grant.
            owners.forget(all -> true);
            remembered.forget(owner -> told.equals(Notices.EVERYTHING) || told.equals(Key.of(owner.user())));
        });
    }

    /** The grants of a user that count in this place; none when they cannot be read, and the policy holds alone. */
    List<Grant> valid(Place place, String user, boolean fresh) {
        Owner owner = new Owner(place, user);
        try {
            return fresh ? remembered.reread(owner, asked -> stored(owners(asked))) : remembered.get(owner, this::read);
        } catch (RuntimeException e) {
            LOG.error("the grants of a user cannot be read: the policy holds without them", e);
            meters.counter("cmp.quotas.unreadable", "what", "grants").increment();
            return List.of();
        }
    }

    private List<Grant> read(Owner owner) {
        List<String> mine = owners(owner);
        Set<String> known = owners.get(Notices.EVERYTHING, all -> {
            meters.counter(QuotaPolicies.READS, "what", "grants").increment();
            return store.owners(MOST_OWNERS + 1);
        });
        if (known.size() <= MOST_OWNERS && mine.stream().noneMatch(known::contains)) {
            return List.of();
        }
        return stored(mine);
    }

    private List<Grant> stored(List<String> mine) {
        meters.counter(QuotaPolicies.READS, "what", "grants").increment();
        return store.valid(mine);
    }

    private List<String> owners(Owner owner) {
        List<String> owners = new ArrayList<>();
        owners.add(ReplenishmentStore.owner(owner.place(), owner.user()));
        if (!owner.place().equals(settings.installation())) {
            owners.add(ReplenishmentStore.owner(settings.installation(), owner.user()));
        }
        return owners;
    }

    /** What is stored for all of these, past what is remembered, in one statement. */
    Map<Ticket, List<Grant>> fresh(Collection<Ticket> tickets) {
        Map<Ticket, List<String>> owners = new HashMap<>();
        tickets.forEach(ticket -> owners.put(ticket, owners(new Owner(ticket.place(), ticket.userId()))));
        meters.counter(QuotaPolicies.READS, "what", "grants").increment();
        Map<String, List<Grant>> found = new HashMap<>();
        for (Grant grant : store.valid(
                owners.values().stream().flatMap(List::stream).distinct().toList())) {
            found.computeIfAbsent(ReplenishmentStore.owner(grant.place(), grant.userId()), owner -> new ArrayList<>())
                    .add(grant);
        }
        Map<Ticket, List<Grant>> valid = new HashMap<>();
        owners.forEach((ticket, mine) -> valid.put(
                ticket,
                mine.stream()
                        .flatMap(owner -> found.getOrDefault(owner, List.of()).stream())
                        .toList()));
        return valid;
    }

    private void tell(String user) {
        notices.tell(TOPIC, Key.of(user));
    }

    /** When something given now for so many days ends; null never does. */
    @Nullable
    Instant end(@Nullable Long days) {
        return days == null ? null : clock.instant().plus(Duration.ofDays(days));
    }

    /**
     * Gives a user more. With a purchase id, the same again answers with the first grant and adds nothing.
     *
     * @throws KitProblem.Duplicate when it is a trial and the user has one for this bundle (409)
     */
    @Transactional
    public UUID give(Place place, NewGrant grant, String by) {
        String purchase = grant.purchaseId();
        if (grant.source().equals("trial")) {
            store.hold(ReplenishmentStore.owner(place, grant.userId()));
            if (store.hasTrial(place, grant.userId(), grant.bundleId())) {
                throw new KitProblem.Duplicate("The user has a trial for this bundle.");
            }
        }
        UUID id = ids.next();
        if (!store.insert(place, id, grant, by)) {
            return store.ofPurchase(place, String.valueOf(purchase))
                    .orElseThrow()
                    .id();
        }
        tell(grant.userId());
        return id;
    }

    /** Takes back what a purchase gave, for instance after a refund. Returns how many grants went. */
    @Transactional
    public int takeBack(Place place, String purchase) {
        List<Grant> gone = store.withdrawPurchase(place, purchase);
        gone.stream().map(Grant::userId).distinct().forEach(this::tell);
        return gone.size();
    }

    Grant grant(Place place, UUID id) {
        return store.find(place, id, false).orElseThrow(() -> new KitProblem.NotFound("grant"));
    }

    /** @throws QuotasProblem.EditConflict when somebody else wrote meanwhile (409) */
    @Transactional
    Grant change(Place place, UUID id, @Nullable Long version, UnaryOperator<GrantPatch> changes) {
        Grant before = store.find(place, id, true).orElseThrow(() -> new KitProblem.NotFound("grant"));
        QuotasProblem.EditConflict.check(version, Optional.of(before.version()));
        GrantPatch after = changes.apply(GrantPatch.of(before));
        Grant changed = store.change(
                place, id, after.additions(), after.expiresAt(), after.notes(), Boolean.TRUE.equals(after.active()));
        tell(before.userId());
        return changed;
    }

    @Transactional
    int withdraw(Place place, String user, String bundle) {
        int gone = store.withdraw(place, user, bundle);
        if (gone == 0) {
            throw new KitProblem.NotFound("active grant of this user and bundle");
        }
        tell(user);
        return gone;
    }

    List<Grant> list(Place place, @Nullable String user, @Nullable String bundle, boolean all, Listing listing) {
        return store.list(place, user, bundle, all, listing);
    }

    List<ReplenishmentStore.Total> totals(Place place, Listing listing) {
        return store.totals(place, listing);
    }

    /** Valid grants, soonest end first; with days, only those that end within them. */
    List<Grant> ending(Place place, @Nullable Long days, Listing listing) {
        return store.ending(place, end(days), listing);
    }

    ReplenishmentStore.Revenue revenue(Place place, Instant from, Instant to) {
        return store.revenue(place, from, to);
    }

    /** Marks grants that have expired; nothing depends on it. Returns how many. */
    int sweep(int atMost) {
        return store.expire(atMost);
    }

    long forget() {
        return owners.forget(all -> true) + remembered.forget(owner -> true);
    }

    Instant now() {
        return clock.instant();
    }
}
