package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.KitProblem;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.stereotype.Component;

/**
 * Argon2id, bounded: each hash takes {@value #MEMORY_KIB} KiB and a core, so only {@value #AT_ONCE} run at a time and
 * the others wait their turn; beyond {@link #PATIENCE} they are told to come back.
 */
@Component
class Passwords {

    /** OWASP's first choice for two passes. */
    static final int MEMORY_KIB = 19 * 1024;

    static final int AT_ONCE = 2;
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;

    private final Argon2PasswordEncoder argon2 =
            new Argon2PasswordEncoder(SALT_BYTES, HASH_BYTES, LANES, MEMORY_KIB, PASSES);
    private final Semaphore turns = new Semaphore(AT_ONCE, true);
    private final ReentrantLock making = new ReentrantLock();
    private volatile @Nullable String decoy;

    String hash(String password) {
        return inTurn(() -> {
            String hash = argon2.encode(password);
            if (hash == null) {
                throw new IllegalStateException("a password has a hash");
            }
            return hash;
        });
    }

    /**
     * Compares; without a hash it takes the same time, so that nobody learns which addresses have an account.
     *
     * @param before runs within the turn, ahead of the comparison; what it throws ends the turn
     * @param onWrong runs within the turn, after a comparison that failed
     */
    boolean matches(String password, Optional<String> hash, Runnable before, Runnable onWrong) {
        String against = hash.orElse(decoy());
        return inTurn(() -> {
            before.run();
            boolean right = argon2.matches(password, against) && hash.isPresent();
            if (!right) {
                onWrong.run();
            }
            return right;
        });
    }

    /** A hash of nothing anybody knows; made once, before it is known whether it is needed. */
    private String decoy() {
        String made = decoy;
        if (made == null) {
            making.lock();
            try {
                made = decoy;
                if (made == null) {
                    byte[] random = new byte[SALT_BYTES];
                    new SecureRandom().nextBytes(random);
                    made = hash(HexFormat.of().formatHex(random));
                    decoy = made;
                }
            } finally {
                making.unlock();
            }
        }
        return made;
    }

    private <T> T inTurn(Supplier<T> work) {
        try {
            if (!turns.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new KitProblem.Unavailable("Too many people sign in at once. Try again shortly.", PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KitProblem.Unavailable("The service is shutting down.", PATIENCE);
        }
        try {
            return work.get();
        } finally {
            turns.release();
        }
    }
}
