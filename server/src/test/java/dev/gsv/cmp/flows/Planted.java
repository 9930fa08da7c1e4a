package dev.gsv.cmp.flows;

import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Secrets made up for tests. They are put together at run time, so that no search of the sources takes them for real.
 */
final class Planted {
    private static final String ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final String UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final String HEX = "0123456789abcdef";

    private static final List<Function<Random, String>> KINDS = List.of(
            random -> "s" + "k-" + drawn(random, ALNUM, 40),
            random -> "s" + "k-proj-" + drawn(random, ALNUM, 60),
            random -> "AK" + "IA" + drawn(random, UPPER, 16),
            random -> "gh" + "p_" + drawn(random, ALNUM, 36),
            random -> "xo" + "xb-" + drawn(random, "0123456789", 12) + "-" + drawn(random, ALNUM, 24),
            random -> "AI" + "za" + drawn(random, ALNUM, 35),
            random -> "sk_" + "live_" + drawn(random, ALNUM, 24),
            random -> "hf" + "_" + drawn(random, ALNUM, 34),
            random -> "Astra" + "CS:" + drawn(random, ALNUM, 24) + ":" + drawn(random, HEX, 64),
            random -> "ey" + "J" + drawn(random, ALNUM, 20) + ".ey" + "J" + drawn(random, ALNUM, 40) + "."
                    + drawn(random, ALNUM, 43));

    private Planted() {}

    static String secret(Random random) {
        return KINDS.get(random.nextInt(KINDS.size())).apply(random);
    }

    static String openAi() {
        return "s" + "k-" + "Abcd1Efgh2Ijkl3Mnop4Qrst5Uvwx3fd2";
    }

    static String privateKey() {
        return "-----BEGIN RSA PRIV" + "ATE KEY-----\nMIIEowIBAAKCAQEAx7fQ9w\n-----END RSA PRIV" + "ATE KEY-----";
    }

    static String drawn(Random random, String alphabet, int length) {
        StringBuilder out = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            out.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return out.toString();
    }

    static String alnum(Random random, int length) {
        return drawn(random, ALNUM, length);
    }

    static String hex(Random random, int length) {
        return drawn(random, HEX, length);
    }
}
