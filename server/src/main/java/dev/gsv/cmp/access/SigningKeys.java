package dev.gsv.cmp.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.gsv.cmp.kit.CannotStart;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.MasterKey;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The embedded issuer's RSA keys: in the database, shared by all nodes, the private part sealed by the master key. A
 * new key is published for a while before it signs, and an old one as long as its last token holds.
 */
@Service
class SigningKeys {

    static final Duration ROTATED_AFTER = Duration.ofDays(90);
    /** From published to signing: longer than anybody caches the set. */
    static final Duration LEAD = IssuerKeys.FRESH.multipliedBy(2);
    /** How long this node believes what it read. */
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    private static final int RSA_BITS = 2048;

    private record Known(List<SigningKeyStore.Row> rows, RSAKey signer, Instant at) {}

    private final SigningKeyStore store;
    private final MasterKey master;
    private final Ids ids;
    private final Clock clock;
    private final TransactionTemplate whole;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Known known;

    SigningKeys(
            SigningKeyStore store, MasterKey master, Ids ids, Clock clock, PlatformTransactionManager transactions) {
        this.store = store;
        this.master = master;
        this.ids = ids;
        this.clock = clock;
        this.whole = new TransactionTemplate(transactions);
        // A node with another master key would fail at the first login; better that it does not start.
        store.published(clock.instant()).stream().findFirst().ifPresent(this::opened);
    }

    /** The key that signs now; made when there is none. */
    RSAKey signer() {
        return current().signer();
    }

    /** The public keys, for the key set. */
    JWKSet published() {
        List<com.nimbusds.jose.jwk.JWK> keys = new ArrayList<>();
        for (SigningKeyStore.Row row : current().rows()) {
            keys.add(parsed(row.publicJwk()));
        }
        return new JWKSet(keys);
    }

    /** Begins a rotation: the new key is published now and signs after {@link #LEAD}. Returns its id. */
    String rotate() {
        String kid = whole.execute(status -> {
            store.lock();
            return make(clock.instant().plus(LEAD));
        });
        known = null;
        return kid;
    }

    private Known current() {
        Known now = known;
        Instant time = clock.instant();
        if (now != null && Duration.between(now.at(), time).compareTo(REMEMBERED) < 0) {
            return now;
        }
        reading.lock();
        try {
            now = known;
            if (now != null && Duration.between(now.at(), time).compareTo(REMEMBERED) < 0) {
                return now;
            }
            now = read(time);
            known = now;
            return now;
        } finally {
            reading.unlock();
        }
    }

    private Known read(Instant now) {
        List<SigningKeyStore.Row> rows = store.published(now);
        if (rows.isEmpty() || rows.getFirst().signsFrom().isBefore(now.minus(ROTATED_AFTER))) {
            rows = whole.execute(status -> {
                store.lock();
                List<SigningKeyStore.Row> locked = store.published(now);
                if (locked.isEmpty()) {
                    make(now);
                } else if (locked.getFirst().signsFrom().isBefore(now.minus(ROTATED_AFTER))) {
                    make(now.plus(LEAD));
                }
                return store.published(now);
            });
        }
        SigningKeyStore.Row signer = rows.stream()
                .filter(row -> !row.signsFrom().isAfter(now))
                .findFirst()
                .orElse(rows.getLast());
        return new Known(List.copyOf(rows), opened(signer), now);
    }

    private String make(Instant signsFrom) {
        String kid = ids.next().toString();
        try {
            RSAKey key = new RSAKeyGenerator(RSA_BITS)
                    .keyID(kid)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.RS256)
                    .generate();
            byte[] sealed = master.seal(key.toJSONString().getBytes(StandardCharsets.UTF_8), purpose(kid));
            store.insert(new SigningKeyStore.Row(kid, key.toPublicJWK().toJSONString(), sealed, signsFrom));
            store.retireOthers(
                    kid, signsFrom.plus(Issuer.PERSON_LIFETIME).plus(REMEMBERED).plus(Tokens.LEEWAY));
            return kid;
        } catch (JOSEException e) {
            throw new IllegalStateException("every JDK makes RSA keys", e);
        }
    }

    private RSAKey opened(SigningKeyStore.Row row) {
        try {
            return parsed(new String(master.open(row.sealedPrivate(), purpose(row.kid())), StandardCharsets.UTF_8));
        } catch (MasterKey.DoesNotOpen e) {
            throw new CannotStart(
                    "The secrets in this database were sealed with another master key.",
                    "Give this node the same SECRET_KEY, or the same master.key in its data folder, as the first one.",
                    e);
        }
    }

    private static RSAKey parsed(String json) {
        try {
            return RSAKey.parse(json);
        } catch (ParseException e) {
            throw new IllegalStateException("a key of ours cannot be read", e);
        }
    }

    private static String purpose(String kid) {
        return "signing-key:" + kid;
    }
}
