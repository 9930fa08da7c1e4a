package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A reservation that counts against the wallet now; one past its limit is none, swept or not. */
record OpenHold(
        UUID reservationId,
        UUID instanceId,
        @Nullable UUID runId,
        Credits amount,
        Instant createdAt,
        long ageSeconds,
        Instant expiresAt) {}
