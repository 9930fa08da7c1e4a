package dev.gsv.cmp.commerce;

import static dev.gsv.cmp.orgs.Need.ADMIN;
import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.SERVICE;

import dev.gsv.cmp.billing.HoldRequest;
import dev.gsv.cmp.billing.Meters;
import dev.gsv.cmp.billing.Previews;
import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.billing.Units;
import dev.gsv.cmp.billing.Wallets;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Member;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What a run, another plan or a refund would cost, and whether it would be refused: asked, not done. */
@RestController
@RequestMapping("/api/v1/billing")
class PreviewApi {

    /**
     * A question.
     *
     * @param type {@code run} (instance_id, usage, and credits to hold), {@code plan_change} (instance_id, plan_id) or
     *     {@code refund} (wallet_id, entry_id, amount, reason; only for those who may refund)
     * @param credits what the run would hold; absent is what its usage costs
     */
    record PreviewBody(
            @Nullable String type,
            @Nullable UUID instanceId,
            @Nullable Map<String, BigDecimal> usage,
            @Nullable Credits credits,
            @Nullable UUID planId,
            @Nullable UUID walletId,
            @Nullable UUID entryId,
            @Nullable Credits amount,
            @Nullable String reason,
            @Nullable String currency,
            @Nullable String unit) {}

    private final Previews previews;
    private final Subscriptions subscriptions;
    private final Instances instances;
    private final Wallets wallets;
    private final Orgs orgs;

    PreviewApi(Previews previews, Subscriptions subscriptions, Instances instances, Wallets wallets, Orgs orgs) {
        this.previews = previews;
        this.subscriptions = subscriptions;
        this.instances = instances;
        this.wallets = wallets;
        this.orgs = orgs;
    }

    /** Answers by the same code as the real call. Nothing is written, no key is used, no lock is taken. */
    @PostMapping("/preview")
    @Needs({ADMIN, SERVICE, OPERATOR})
    Previews.Preview preview(Caller caller, @RequestBody PreviewBody body) {
        Units.credits(body.currency(), body.unit());
        return switch (body.type()) {
            case "run" -> run(caller, body);
            case "plan_change" -> planChange(caller, body);
            case "refund" -> refund(caller, body);
            case null, default -> throw new KitProblem.Invalid("type", "must be run, plan_change or refund");
        };
    }

    private Previews.Preview run(Caller caller, PreviewBody body) {
        UUID instance = required("instance_id", body.instanceId());
        instances.enter(caller, instance);
        Instances.Runnable target = instances.runnable(instance).orElseThrow(() -> new KitProblem.NotFound("instance"));
        Meters usage = body.usage() == null ? Meters.NONE : Meters.of(body.usage());
        RateCard card = RateCard.of(target.rateCard());
        Credits held = body.credits() == null ? card.cost(usage, true) : body.credits();
        HoldRequest hold = new HoldRequest(target.org(), instance, null, held, card, Set.copyOf(target.capabilities()));
        return previews.run(hold, usage, target::active);
    }

    private Previews.Preview planChange(Caller caller, PreviewBody body) {
        UUID instance = required("instance_id", body.instanceId());
        UUID plan = required("plan_id", body.planId());
        Member member = instances.enter(caller, instance).member();
        return previews.debit(member.org(), () -> subscriptions.price(member, instance, plan, caller.aboveOrgs()));
    }

    private Previews.Preview refund(Caller caller, PreviewBody body) {
        if (!caller.aboveOrgs()) {
            throw new KitProblem.PermissionDenied("Refunds are given by the operator.");
        }
        UUID wallet = required("wallet_id", body.walletId());
        UUID entry = required("entry_id", body.entryId());
        OrgId org = orgs.enter(caller, wallets.owner(wallet).value()).org();
        return previews.refund(org, entry, body.amount(), "platform_fault".equals(body.reason()));
    }

    private static UUID required(String name, @Nullable UUID value) {
        Findings findings = new Findings();
        findings.required(name, value, new UUID(0, 0));
        findings.refuse();
        return Objects.requireNonNull(value);
    }
}
