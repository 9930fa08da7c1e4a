package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A portion of credit as its owner sees it (section 3.4 of the control plane contract).
 *
 * @param status {@code open}, {@code used}, {@code expired}, {@code voided}, or {@code scheduled} for what will come
 * @param remaining what is left, including what is held
 * @param priority the lower burns first
 * @param effectiveAt when it counts from; of an allowance, when its next period begins
 * @param capability the only one that it pays for; null for everything
 * @param recurs {@code month} or {@code year} for an allowance that comes again
 * @param endsAt when such an allowance ends; null for never
 * @param allowanceId the allowance that it is a period of
 */
public record GrantView(
        UUID grantId,
        String kind,
        String status,
        Credits amount,
        Credits remaining,
        Credits held,
        int priority,
        Instant effectiveAt,
        @Nullable Instant expiresAt,
        @Nullable String capability,
        @Nullable String recurs,
        @Nullable Instant endsAt,
        @Nullable UUID allowanceId,
        String referenceId,
        Instant createdAt) {}
