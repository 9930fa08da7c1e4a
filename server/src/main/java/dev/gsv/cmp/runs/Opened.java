package dev.gsv.cmp.runs;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run that was let in: what its closing needs to know.
 *
 * @param key the caller's key, claimed for this run; null for none
 * @param balance posted balance when the credit was held
 */
record Opened(
        OrgId org,
        UUID run,
        UUID instance,
        UUID reservation,
        @Nullable Key key,
        Credits balance) {

    /** An idempotency key and the call that it is for. */
    record Key(String operation, String key) {}

    /** The key as it is stored; null for none. */
    Idempotency.@Nullable Key idempotencyKey() {
        return key == null ? null : idempotencyKey(org, key);
    }

    static Idempotency.Key idempotencyKey(OrgId org, Key key) {
        return new Idempotency.Key(org.toString(), key.operation(), key.key());
    }
}
