package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A reservation: credit set aside for one run, in the parts of grants that it stands on.
 *
 * @param card the price that is valid for it
 * @param endedAt when it stopped counting against the wallet; null while pending
 * @param closing what was charged, or why nothing was; null until then. A hold that expired may be closed later.
 * @param capabilities credit that is limited to one of these may pay for it, too
 */
record Hold(
        OrgId org,
        UUID id,
        UUID instance,
        @Nullable UUID run,
        long amount,
        Status status,
        RateCard card,
        Instant expiresAt,
        Instant createdAt,
        @Nullable Instant endedAt,
        @Nullable Closing closing,
        List<Part> parts,
        Set<String> capabilities) {

    enum Status {
        PENDING,
        SETTLED,
        EXPIRED,
        CANCELLED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * How a hold was closed.
     *
     * @param balance posted balance afterwards, so that a repeated call gives the same answer
     * @param entry the wallet's line; null when nothing was debited
     * @param reason why it was released; null when it was settled
     */
    record Closing(
            Instant at,
            @Nullable Meters usage,
            long debited,
            long absorbed,
            long balance,
            @Nullable UUID entry,
            @Nullable String reason) {}

    Hold {
        parts = List.copyOf(parts);
        capabilities = Set.copyOf(capabilities);
    }

    boolean due(Instant now) {
        return status == Status.PENDING && !expiresAt.isAfter(now);
    }

    /** True when it still counts against the wallet in the table. */
    boolean pending() {
        return status == Status.PENDING;
    }

    boolean settled() {
        return closing != null && closing.reason() == null;
    }

    boolean released() {
        return closing != null && closing.reason() != null;
    }

    Hold standingOn(List<Part> all) {
        return new Hold(
                org,
                id,
                instance,
                run,
                amount,
                status,
                card,
                expiresAt,
                createdAt,
                endedAt,
                closing,
                all,
                capabilities);
    }

    /** What it was closed with; null when it was not, or when nothing was measured. */
    @Nullable
    Meters usage() {
        return closing == null ? null : closing.usage();
    }

    Hold raised(long more, List<Part> further) {
        List<Part> all = new ArrayList<>(parts);
        all.addAll(further);
        return new Hold(
                org,
                id,
                instance,
                run,
                amount + more,
                status,
                card,
                expiresAt,
                createdAt,
                endedAt,
                closing,
                all,
                capabilities);
    }

    Hold ended(Status end, Instant at) {
        return pending()
                ? new Hold(
                        org,
                        id,
                        instance,
                        run,
                        amount,
                        end,
                        card,
                        expiresAt,
                        createdAt,
                        at,
                        closing,
                        parts,
                        capabilities)
                : this;
    }

    Hold closed(Closing how) {
        return new Hold(
                org, id, instance, run, amount, status, card, expiresAt, createdAt, endedAt, how, parts, capabilities);
    }

    /** What this hold, now over, has cost. */
    SettleOutcome.Closed outcome() {
        return closing == null
                ? new SettleOutcome.Closed(id, Credits.ZERO, Credits.ZERO, Credits.ZERO, null)
                : new SettleOutcome.Closed(
                        id,
                        new Credits(closing.debited()),
                        new Credits(closing.absorbed()),
                        new Credits(closing.balance()),
                        closing.entry());
    }

    /** Why credit moves when this hold ends. */
    Transfer.Cause cause() {
        return new Transfer.Cause(id.toString(), instance, run, Map.of());
    }
}
