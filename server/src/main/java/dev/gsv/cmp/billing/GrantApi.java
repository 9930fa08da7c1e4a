package dev.gsv.cmp.billing;

import static dev.gsv.cmp.orgs.Need.ADMIN;
import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.SERVICE;

import dev.gsv.cmp.kit.Answer;
import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.Idempotency.Keep;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Portions of credit over HTTP: shown to their owner; given, taken back, refunded and corrected by the operator. */
@RestController
@RequestMapping("/api/v1/wallets/{wallet_id}")
class GrantApi {

    private static final int MAX_REASON = 500;
    private static final int MAX_REFERENCE = 200;
    private static final int MAX_CAPABILITY = 100;
    private static final String PLATFORM_FAULT = "platform_fault";

    /**
     * Credit to give.
     *
     * @param kind trial, promotional, included or purchased; absent is promotional
     * @param effectiveAt absent is now
     * @param expiresInDays another way to say expires_at; absent or null is never
     * @param recurs month or year; absent is once
     */
    record GrantBody(
            @Nullable Credits amount,
            @Nullable String kind,
            @Nullable Integer priority,
            @Nullable String effectiveAt,
            @Nullable String expiresAt,
            @Nullable BigDecimal expiresInDays,
            @Nullable String capability,
            @Nullable String recurs,
            @Nullable String endsAt,
            @Nullable Credits rolloverMin,
            @Nullable Credits rolloverMax,
            @Nullable String reference,
            @Nullable String currency,
            @Nullable String unit,
            @Nullable String idempotencyKey) {}

    record ReasonBody(@Nullable String reason, @Nullable String idempotencyKey) {}

    /**
     * A usage to return.
     *
     * @param amount absent is all that is left of it
     * @param reason {@code platform_fault} gives credit that is over meanwhile anew, for 30 days
     */
    record RefundBody(
            @Nullable UUID entryId,
            @Nullable Credits amount,
            @Nullable String reason,
            @Nullable String currency,
            @Nullable String unit,
            @Nullable String idempotencyKey) {}

    /** A correction: positive gives, negative takes. */
    record AdjustmentBody(
            @Nullable Credits amount,
            @Nullable String reason,
            @Nullable String currency,
            @Nullable String unit,
            @Nullable String idempotencyKey) {}

    record Adjusted(UUID ledgerEntryId, Credits amount, Credits balance) {}

    private final Wallets wallets;
    private final Grants grants;
    private final Ledger ledger;
    private final Idempotency idempotency;
    private final Purposes purposes;
    private final Clock clock;

    GrantApi(Wallets wallets, Grants grants, Ledger ledger, Idempotency idempotency, Purposes purposes, Clock clock) {
        this.wallets = wallets;
        this.grants = grants;
        this.ledger = ledger;
        this.idempotency = idempotency;
        this.purposes = purposes;
        this.clock = clock;
    }

    /** What counts now in the order in which it burns, then what will come; {@code all=true} shows used ones too. */
    @GetMapping("/grants")
    @Needs({ADMIN, SERVICE, OPERATOR})
    Page<GrantView> list(
            Caller caller,
            @PathVariable("wallet_id") UUID wallet,
            @RequestParam @Nullable Boolean all,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        Page.Slice slice = Page.Slice.of(limit, offset);
        return grants.list(wallets.enter(caller, wallet), Boolean.TRUE.equals(all), slice);
    }

    /** Gives credit. */
    @PostMapping("/grants")
    @Needs({SERVICE, OPERATOR})
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<GrantView> give(
            Caller caller, Call call, @PathVariable("wallet_id") UUID wallet, @RequestBody GrantBody body) {
        String key = call.requiredKey();
        OrgId org = wallets.enter(caller, wallet);
        return once(wallet, "wallets.grant", call, () -> {
            Units.credits(body.currency(), body.unit());
            return Answer.created(grants.give(org, wanted(body, key)));
        });
    }

    private Grants.Wanted wanted(GrantBody body, String key) {
        Findings findings = new Findings();
        Credits amount = findings.required("amount", body.amount(), Credits.ZERO);
        String capability = findings.optional("capability", body.capability(), MAX_CAPABILITY);
        String reference = findings.optional("reference", body.reference(), MAX_REFERENCE);
        if (body.expiresAt() != null && body.expiresInDays() != null) {
            findings.shape("expires_at", "give either expires_at or expires_in_days");
        }
        findings.refuse();
        if (capability != null && !purposes.known(capability)) {
            throw new KitProblem.Meaningless("This capability is unknown; GET /api/v1/capabilities lists them.");
        }
        return new Grants.Wanted(
                amount,
                kind(body.kind()),
                body.priority(),
                time("effective_at", body.effectiveAt()),
                body.expiresInDays() == null ? time("expires_at", body.expiresAt()) : in(body.expiresInDays()),
                capability,
                recurs(body.recurs()),
                time("ends_at", body.endsAt()),
                body.rolloverMin(),
                body.rolloverMax(),
                reference == null ? "grant:" + key.substring(0, Math.min(key.length(), MAX_REFERENCE)) : reference);
    }

    private static GrantKind kind(@Nullable String text) {
        for (GrantKind kind : GrantKind.values()) {
            if (text == null ? kind == GrantKind.PROMOTIONAL : kind.text().equals(text)) {
                return kind;
            }
        }
        throw new KitProblem.Invalid("kind", "must be trial, promotional, included or purchased");
    }

    private static Allowance.@Nullable Recurs recurs(@Nullable String text) {
        return switch (text) {
            case null -> null;
            case "month" -> Allowance.Recurs.MONTH;
            case "year" -> Allowance.Recurs.YEAR;
            default -> throw new KitProblem.Invalid("recurs", "must be month or year");
        };
    }

    private static @Nullable Instant time(String name, @Nullable String text) {
        return text == null ? null : Statement.Span.time(name, text).truncatedTo(ChronoUnit.MICROS);
    }

    private Instant in(BigDecimal days) {
        if (days.signum() <= 0
                || days.compareTo(BigDecimal.valueOf(Grants.LONGEST_LIFE.toDays())) > 0
                || days.stripTrailingZeros().scale() > 0) {
            throw new KitProblem.Meaningless("expires_in_days must be a whole number between 1 and "
                    + Grants.LONGEST_LIFE.toDays() + ", or null for never.");
        }
        return clock.instant().truncatedTo(ChronoUnit.MICROS).plus(Duration.ofDays(days.intValueExact()));
    }

    /** Takes back what is left of a grant, or of what is still to come. */
    @PostMapping("/grants/{grant_id}/voiding")
    @Needs({SERVICE, OPERATOR})
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Grants.Voided> takeBack(
            Caller caller,
            Call call,
            @PathVariable("wallet_id") UUID wallet,
            @PathVariable("grant_id") UUID grant,
            @RequestBody(required = false) @Nullable ReasonBody body) {
        call.requiredKey();
        OrgId org = wallets.enter(caller, wallet);
        return once(wallet, "wallets.void", call, () -> Answer.created(grants.takeBack(org, grant)));
    }

    /** Returns a usage to the grants that paid it. */
    @PostMapping("/refunds")
    @Needs({SERVICE, OPERATOR})
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Grants.Refund> refund(
            Caller caller, Call call, @PathVariable("wallet_id") UUID wallet, @RequestBody RefundBody body) {
        call.requiredKey();
        OrgId org = wallets.enter(caller, wallet);
        Findings findings = new Findings();
        UUID entry = findings.required("entry_id", body.entryId(), wallet);
        String reason = findings.name("reason", body.reason(), MAX_REASON);
        findings.refuse();
        return once(wallet, "wallets.refund", call, () -> {
            Units.credits(body.currency(), body.unit());
            boolean ourFault = reason.toLowerCase(Locale.ROOT).equals(PLATFORM_FAULT);
            return Answer.created(grants.refund(org, entry, body.amount(), ourFault, reason));
        });
    }

    /** Corrects a balance. */
    @PostMapping("/adjustments")
    @Needs({SERVICE, OPERATOR})
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Adjusted> adjust(
            Caller caller, Call call, @PathVariable("wallet_id") UUID wallet, @RequestBody AdjustmentBody body) {
        call.requiredKey();
        OrgId org = wallets.enter(caller, wallet);
        Findings findings = new Findings();
        Credits amount = findings.required("amount", body.amount(), Credits.ZERO);
        String reason = findings.name("reason", body.reason(), MAX_REASON);
        findings.refuse();
        return once(wallet, "wallets.adjust", call, () -> {
            Units.credits(body.currency(), body.unit());
            Entry line = ledger.adjust(org, amount, reason);
            return Answer.created(new Adjusted(line.id(), line.amount(), line.balance()));
        });
    }

    /** A line of the ledger: which grants paid it, and what of it was returned. */
    @GetMapping("/ledger/{entry_id}")
    @Needs({ADMIN, SERVICE, OPERATOR})
    Lineage lineage(Caller caller, @PathVariable("wallet_id") UUID wallet, @PathVariable("entry_id") UUID entry) {
        return grants.lineage(wallets.enter(caller, wallet), entry);
    }

    private <T> ResponseEntity<T> once(UUID wallet, String operation, Call call, Supplier<Answer<T>> effect) {
        return idempotency.once("wallet:" + wallet, operation, call, Keep.FOR_EVER, effect);
    }
}
