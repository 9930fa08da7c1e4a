package dev.gsv.cmp.runs;

import static dev.gsv.cmp.orgs.Need.SERVICE;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.gsv.cmp.billing.HoldOutcome;
import dev.gsv.cmp.billing.Meters;
import dev.gsv.cmp.billing.SettleRequest;
import dev.gsv.cmp.billing.Units;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Credit for outside gateways over HTTP. In this room because only it may ask both instances and billing. */
@RestController
@RequestMapping("/api/v1/billing")
class AuthorizeApi {

    /**
     * @param requestedBudget absent or 0 means 10
     * @param currency credits; there is no other
     */
    record Authorize(
            @Nullable UUID instanceId,
            @Nullable Credits requestedBudget,
            @Nullable String currency,
            @Nullable String unit) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Authorized(
            boolean allowed,
            UUID reservationId,
            Credits budget,
            Credits balance,
            Credits available,
            @Nullable Instant expiresAt,
            @Nullable String reason) {}

    /** The meters of section 11.1; an absent one is 0. */
    record Used(
            @Nullable Long llmTokensIn,
            @Nullable Long llmTokensOut,
            @Nullable Long toolCalls,
            @Nullable Long requests,
            @Nullable Long ragQueries,
            @Nullable BigDecimal ragIngestionMb,
            @Nullable Long mcpCalls,
            @Nullable Long chatSessions,
            @Nullable Long widgetSessions,
            @Nullable Long translations,
            @Nullable Long imageCalls,
            @Nullable BigDecimal audioMinutes,
            @Nullable BigDecimal storageGbDays,
            @Nullable Long auditEvents,
            @Nullable Long scheduledRuns) {

        Meters meters() {
            return new Meters(
                    or0(llmTokensIn),
                    or0(llmTokensOut),
                    or0(toolCalls),
                    or0(requests),
                    or0(ragQueries),
                    or0(ragIngestionMb),
                    or0(mcpCalls),
                    or0(chatSessions),
                    or0(widgetSessions),
                    or0(translations),
                    or0(imageCalls),
                    or0(audioMinutes),
                    or0(storageGbDays),
                    or0(auditEvents),
                    or0(scheduledRuns));
        }

        private static long or0(@Nullable Long value) {
            return value == null ? 0 : value;
        }

        private static BigDecimal or0(@Nullable BigDecimal value) {
            return value == null ? BigDecimal.ZERO : value;
        }
    }

    record Settle(
            @Nullable UUID reservationId,
            @Nullable UUID instanceId,
            @Nullable Used usage,
            @Nullable String currency,
            @Nullable String unit) {}

    record Settled(
            Credits debited, Credits balance, @Nullable UUID ledgerEntryId, String status, Credits absorbed) {}

    private final Authorizations authorizations;

    AuthorizeApi(Authorizations authorizations) {
        this.authorizations = authorizations;
    }

    @PostMapping("/authorize")
    @Needs(SERVICE)
    ResponseEntity<Authorized> authorize(Caller caller, Call call, @RequestBody Authorize body) {
        UUID instance = required("instance_id", body.instanceId());
        Units.credits(body.currency(), body.unit());
        Instances.Runnable target = authorizations.target(instance);
        return authorizations.authorize(
                target,
                budget(body.requestedBudget()),
                claim(target.org(), "billing.authorize", call),
                AuthorizeApi::answer);
    }

    private static Credits budget(@Nullable Credits requested) {
        return requested == null || requested.micros() == 0 ? Authorizations.DEFAULT_BUDGET : requested;
    }

    private static Authorized answer(Authorizations.Answer answer) {
        return switch (answer) {
            case Authorizations.Answer.Allowed allowed -> {
                HoldOutcome.Held held = allowed.held();
                yield new Authorized(
                        true,
                        held.reservation(),
                        held.amount(),
                        held.balance(),
                        held.available(),
                        held.expiresAt(),
                        null);
            }
            case Authorizations.Answer.Refused refused ->
                new Authorized(
                        false,
                        refused.reservation(),
                        Credits.ZERO,
                        refused.shortage().balance(),
                        refused.shortage().available(),
                        null,
                        "INSUFFICIENT_CREDITS");
        };
    }

    /** Keyed by its reservation: repeating it answers the same. */
    @PostMapping("/settle")
    @Needs(SERVICE)
    ResponseEntity<Settled> settle(Caller caller, Call call, @RequestBody Settle body) {
        UUID reservation = required("reservation_id", body.reservationId());
        UUID instance = required("instance_id", body.instanceId());
        Meters usage = required("usage", body.usage()).meters();
        Units.credits(body.currency(), body.unit());
        OrgId org = authorizations.holder(reservation);
        return authorizations.settle(
                new SettleRequest(org, reservation, instance, usage),
                claim(org, "billing.settle", call),
                closed ->
                        new Settled(closed.debited(), closed.balance(), closed.entry(), "settled", closed.absorbed()));
    }

    private static Keys.@Nullable Claim claim(OrgId org, String operation, Call call) {
        return call.key()
                .map(key -> new Keys.Claim(org, Opened.Key.of(operation, key), call.hash()))
                .orElse(null);
    }

    @DeleteMapping("/reservations/{reservation_id}")
    @Needs(SERVICE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void release(Caller caller, @PathVariable("reservation_id") UUID reservation) {
        authorizations.release(authorizations.holder(reservation), reservation);
    }

    private static <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw new KitProblem.Invalid(name, "is required");
        }
        return value;
    }
}
