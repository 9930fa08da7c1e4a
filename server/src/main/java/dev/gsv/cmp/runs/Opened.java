package dev.gsv.cmp.runs;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.orgs.OrgId;
import java.util.Optional;
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

    /**
     * An idempotency key and the call that it is for.
     *
     * @param hash what the call asks for; null when it is not known any more
     */
    record Key(String operation, String key, @Nullable String hash) {
        static Key of(String operation, String key) {
            return new Key(operation, key, null);
        }

        Key asking(String hash) {
            return new Key(operation, key, hash);
        }
    }

    /** The key as it is stored; null for none. */
    Idempotency.@Nullable Key idempotencyKey() {
        return key == null ? null : idempotencyKey(org, key);
    }

    /** The key, for taking it again; empty when there is none, or when it is not known what it asked for. */
    Optional<Idempotency.Wanted> wantedAgain() {
        return key == null || key.hash() == null
                ? Optional.empty()
                : Optional.of(new Idempotency.Wanted(idempotencyKey(org, key), key.hash(), Idempotency.Keep.FOR_EVER));
    }

    static Idempotency.Key idempotencyKey(OrgId org, Key key) {
        return new Idempotency.Key(org.toString(), key.operation(), key.key());
    }
}
