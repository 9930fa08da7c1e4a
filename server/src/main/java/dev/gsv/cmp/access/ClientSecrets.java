package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;

/** Secrets of services: long and random, so that a plain hash is enough; compared in constant time. */
final class ClientSecrets implements PasswordEncoder {

    static String hash(String secret) {
        return Json.sha256(secret.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public @Nullable String encode(@Nullable CharSequence secret) {
        return secret == null ? null : hash(secret.toString());
    }

    @Override
    public boolean matches(@Nullable CharSequence secret, @Nullable String hash) {
        return secret != null
                && hash != null
                && MessageDigest.isEqual(
                        hash(secret.toString()).getBytes(StandardCharsets.US_ASCII),
                        hash.getBytes(StandardCharsets.US_ASCII));
    }
}
