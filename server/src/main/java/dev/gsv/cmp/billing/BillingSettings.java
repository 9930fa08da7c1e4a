package dev.gsv.cmp.billing;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of credit.
 *
 * @param trialCredits whole credits that a person gets once; 0 for none ({@code TRIAL_CREDITS})
 * @param reservationTtlSeconds how long a hold lasts without renewal ({@code RESERVATION_TTL_SECONDS})
 * @param maxOpenHolds how many holds one wallet may have open at a time
 */
@ConfigurationProperties("cmp.billing")
record BillingSettings(
        @DefaultValue("100") long trialCredits,
        @DefaultValue("900") long reservationTtlSeconds,
        @DefaultValue("10000") int maxOpenHolds) {

    private static final long MAX_TRIAL = 1_000_000;
    private static final long MAX_TTL = 86_400;

    BillingSettings {
        if (trialCredits < 0 || trialCredits > MAX_TRIAL) {
            throw new IllegalArgumentException("TRIAL_CREDITS is between 0 and " + MAX_TRIAL + ": " + trialCredits);
        }
        if (reservationTtlSeconds < 1 || reservationTtlSeconds > MAX_TTL) {
            throw new IllegalArgumentException(
                    "RESERVATION_TTL_SECONDS is between 1 and " + MAX_TTL + ": " + reservationTtlSeconds);
        }
        if (maxOpenHolds < 1) {
            throw new IllegalArgumentException("a wallet may have one open hold at least: " + maxOpenHolds);
        }
    }
}
