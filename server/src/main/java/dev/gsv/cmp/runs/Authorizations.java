package dev.gsv.cmp.runs;

import dev.gsv.cmp.billing.HoldOutcome;
import dev.gsv.cmp.billing.HoldRequest;
import dev.gsv.cmp.billing.Ledger;
import dev.gsv.cmp.billing.Meters;
import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.billing.ReleaseRequest;
import dev.gsv.cmp.billing.SettleOutcome;
import dev.gsv.cmp.billing.SettleRequest;
import dev.gsv.cmp.instances.InstanceTerminated;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Organization;
import dev.gsv.cmp.orgs.Orgs;
import dev.gsv.cmp.orgs.OrgsProblem;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** Credit for runs that an outside gateway executes: authorize, settle, release (section 7.4). */
@Service
class Authorizations {

    /** Decision C-35. */
    static final Credits DEFAULT_BUDGET = Credits.of(10);

    /** A question about credit, answered: held, or short with the trace of a cancelled reservation. */
    sealed interface Answer {
        record Allowed(HoldOutcome.Held held) implements Answer {}

        record Refused(UUID reservation, HoldOutcome.Short shortage) implements Answer {}
    }

    /** How often a caller looks for the answer of its key, when others keep taking it first. */
    private static final int MAX_LOOKS = 3;

    private final Instances instances;
    private final Orgs orgs;
    private final Ledger ledger;
    private final Keys keys;
    private final Lanes<Posting, Posting.Posted> lanes;
    private final JsonMapper mapper;

    Authorizations(
            Instances instances,
            Orgs orgs,
            Ledger ledger,
            Keys keys,
            Lanes<Posting, Posting.Posted> lanes,
            JsonMapper mapper) {
        this.instances = instances;
        this.orgs = orgs;
        this.ledger = ledger;
        this.keys = keys;
        this.lanes = lanes;
        this.mapper = mapper;
    }

    /** The instance whose credit is asked for; 404 when there is none. */
    Instances.Runnable target(UUID instance) {
        return instances.runnable(instance).orElseThrow(() -> new KitProblem.NotFound("instance"));
    }

    /**
     * Holds a budget. Short of credit is an answer here, not a problem (decision C-03).
     *
     * @param face the answer as it is sent; kept for the caller's key
     * @throws dev.gsv.cmp.instances.InstancesProblem.NotActive in any state but active (409)
     */
    <T> ResponseEntity<T> authorize(
            Instances.Runnable target, Credits budget, Keys.@Nullable Claim claim, Function<Answer, T> face) {
        return once(
                claim,
                () -> new Posting.Authorize(
                        request(target, budget),
                        claim == null ? null : claim.keyed(),
                        answer -> mapper.writeValueAsString(face.apply(answer))),
                posted -> posted instanceof Posting.Posted.Authorized authorized
                        ? Optional.of(face.apply(authorized.answer()))
                        : Optional.empty());
    }

    private HoldRequest request(Instances.Runnable target, Credits budget) {
        target.active();
        if (orgs.organization(target.org()).status() == Organization.Status.SUSPENDED) {
            throw new OrgsProblem.Suspended();
        }
        return new HoldRequest(
                target.org(),
                target.instance(),
                null,
                budget,
                RateCard.of(target.rateCard()),
                Set.copyOf(target.capabilities()));
    }

    /** @param face what is answered; empty when the key was somebody else's */
    private <T> ResponseEntity<T> once(
            Keys.@Nullable Claim claim, Supplier<Posting> posting, Function<Posting.Posted, Optional<T>> face) {
        for (int attempt = 0; attempt < MAX_LOOKS; attempt++) {
            Optional<Idempotency.Claim.Stored> stored = claim == null ? Optional.empty() : keys.stored(claim);
            if (stored.isPresent()) {
                return Keys.replay(stored.get());
            }
            Optional<T> answer = face.apply(lanes.submit(asked(claim, posting)));
            if (answer.isPresent()) {
                return ResponseEntity.ok(answer.get());
            }
        }
        throw new KitProblem.InProgress();
    }

    private Posting asked(Keys.@Nullable Claim claim, Supplier<Posting> posting) {
        try {
            return posting.get();
        } catch (Problem refusal) {
            if (claim != null) {
                keys.keep(claim, refusal);
            }
            throw refusal;
        }
    }

    /** The organization whose reservation this is; 404 when there is none. */
    OrgId holder(UUID reservation) {
        return ledger.holder(reservation).orElseThrow(() -> new KitProblem.NotFound("reservation"));
    }

    /** Charges an answered run and adds its usage to the day of the instance. Repeating it changes nothing. */
    <T> ResponseEntity<T> settle(
            SettleRequest settlement, Keys.@Nullable Claim claim, Function<SettleOutcome.Closed, T> face) {
        return once(
                claim,
                () -> new Posting.Settle(
                        settlement,
                        claim == null ? null : claim.keyed(),
                        closed -> mapper.writeValueAsString(face.apply(closed))),
                posted -> posted instanceof Posting.Posted.Settled settled
                        ? Optional.of(face.apply(settled.closed()))
                        : Optional.empty());
    }

    /** Ends a reservation without a charge. Repeating it changes nothing. */
    void release(OrgId org, UUID reservation) {
        lanes.submit(new Posting.Release(new ReleaseRequest(org, reservation, Meters.NONE, "released by the caller")));
    }

    /** Section 4.3: open reservations of a terminated instance are released. */
    @EventListener
    void ended(InstanceTerminated event) {
        ledger.releaseAll(event.org(), event.instance(), "the instance was terminated");
    }
}
