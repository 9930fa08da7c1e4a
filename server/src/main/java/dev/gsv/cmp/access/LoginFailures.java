package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.KitProblem;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.springframework.stereotype.Service;

/**
 * Slows down guessing: so many failed logins per e-mail and per network address in a window, counted in the database
 * and therefore on all nodes together. An attempt counts before the password is looked at; success takes it back.
 */
@Service
class LoginFailures {

    static final int MAX_PER_EMAIL = 10;
    static final int MAX_PER_ADDRESS = 100;
    static final Duration WINDOW = Duration.ofMinutes(15);
    private static final int SWEPT_AT_ONCE = 20;
    /** A household or a machine gets a whole IPv6 network of this many bytes: it counts as one. */
    private static final int IPV6_NETWORK_BYTES = 8;

    private final LoginFailureStore store;
    private final Clock clock;

    LoginFailures(LoginFailureStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** @throws KitProblem.RateLimited when there were too many; the password must not be looked at then */
    void check(String email, String address) {
        Instant now = clock.instant();
        within(store.find(address(address), now), MAX_PER_ADDRESS, now);
        within(store.find(email(email), now), MAX_PER_EMAIL, now);
    }

    private static void within(Optional<LoginFailureStore.Window> window, int limit, Instant now) {
        if (window.isPresent() && window.get().failures() >= limit) {
            throw new KitProblem.RateLimited(
                    "Too many failed logins. Try again later.",
                    Duration.between(now, window.get().end()).plusSeconds(1));
        }
    }

    void failed(String email, String address) {
        Instant now = clock.instant();
        store.sweep(now, SWEPT_AT_ONCE);
        store.count(address(address), now, now.plus(WINDOW));
        store.count(email(email), now, now.plus(WINDOW));
    }

    /** The failures of an address stay: one account of one's own must not buy guesses at others. */
    void succeeded(String email) {
        store.forget(email(email));
    }

    private static String email(String email) {
        return Json.sha256("email", email);
    }

    private static String address(String address) {
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            int significant = bytes.length > 4 ? IPV6_NETWORK_BYTES : bytes.length;
            return Json.sha256("address", HexFormat.of().formatHex(bytes, 0, significant));
        } catch (IllegalArgumentException e) {
            return Json.sha256("address", address);
        }
    }
}
