package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * What a movement of credit would do now, decided by the code that would do it, without a lock, a key or a trace. When
 * something happens in between, the real call decides.
 */
@Service
public class Previews {

    /**
     * What would become of it.
     *
     * @param asOf the time of the decision, by the database's clock
     * @param held what would be set aside before
     * @param debited what the wallet would pay; negative for what it would get
     * @param absorbed what the platform would pay
     * @param balance posted balance afterwards
     * @param available what could be spent afterwards
     * @param refusal why nothing would happen; null when it would
     */
    public record Preview(
            boolean allowed,
            Instant asOf,
            Credits held,
            Credits debited,
            Credits absorbed,
            Credits balance,
            Credits available,
            @Nullable Refusal refusal) {}

    /** The answer that the real call would get. */
    public record Refusal(int status, String code, String message, List<Problem.Detail> details) {
        static Refusal of(Problem problem) {
            return new Refusal(
                    problem.status(), problem.code(), String.valueOf(problem.getMessage()), problem.details());
        }
    }

    private final Ledger ledger;
    private final Grants grants;

    Previews(Ledger ledger, Grants grants) {
        this.ledger = ledger;
        this.grants = grants;
    }

    /**
     * A run that holds this much and then uses that much.
     *
     * @param before checks of the caller that come first; what they refuse is the answer
     */
    public Preview run(HoldRequest request, Meters usage, Runnable before) {
        return decide(request.org(), desk -> {
            before.run();
            HoldOutcome.Held held = desk.hold(request).orThrow();
            SettleRequest settle = new SettleRequest(request.org(), held.reservation(), request.instance(), usage);
            SettleOutcome.Closed closed = desk.settle(settle).orThrow();
            return new Moved(held.amount(), closed.debited(), closed.absorbed());
        });
    }

    /**
     * A price that is taken at once.
     *
     * @param price works out what it costs, after the checks that come first
     */
    public Preview debit(OrgId org, Supplier<Credits> price) {
        return decide(org, desk -> {
            Credits amount = price.get();
            if (amount.micros() > 0) {
                desk.debit(org, amount, EntryType.USAGE, Transfer.Cause.of("preview"));
            }
            return new Moved(Credits.ZERO, amount, Credits.ZERO);
        });
    }

    /** A refund of a usage; null for all that is left of it. */
    public Preview refund(OrgId org, UUID entry, @Nullable Credits amount, boolean ourFault) {
        return decide(org, desk -> {
            Credits back = grants.previewRefund(desk, org, entry, amount, ourFault);
            return new Moved(Credits.ZERO, back.negated(), Credits.ZERO);
        });
    }

    private record Moved(Credits held, Credits debited, Credits absorbed) {}

    private interface Decision {
        Moved at(Desk desk);
    }

    private Preview decide(OrgId org, Decision decision) {
        return ledger.preview(org, Map.of(), desk -> {
            Moved moved = new Moved(Credits.ZERO, Credits.ZERO, Credits.ZERO);
            Refusal refusal = null;
            try {
                moved = decision.at(desk);
            } catch (Problem problem) {
                refusal = Refusal.of(problem);
            }
            Wallet wallet = desk.wallet(org);
            return new Preview(
                    refusal == null,
                    desk.now(),
                    moved.held(),
                    moved.debited(),
                    moved.absorbed(),
                    wallet.balance(),
                    wallet.available(),
                    refusal);
        });
    }
}
