package dev.gsv.cmp.billing;

/**
 * What a simulated caller asks. Its key makes it one call, however often it is sent; wallets and holds have the names
 * that the model knows.
 */
sealed interface SimulatedCall {
    int wallet();

    String key();

    /** @param use what it is for, so that grants limited to it may pay; null for nothing in particular */
    record Hold(int wallet, String key, long amount, String use) implements SimulatedCall {}

    record Extend(int wallet, String key, String hold, long more) implements SimulatedCall {}

    record Settle(int wallet, String key, String hold, long cost) implements SimulatedCall {}

    record Release(int wallet, String key, String hold, long measured) implements SimulatedCall {}

    record Debit(int wallet, String key, long amount) implements SimulatedCall {}

    /** @param only the one use that it pays for; null for every use */
    record Credit(int wallet, String key, GrantKind kind, long amount, long life, String only)
            implements SimulatedCall {}

    /** Breaks whatever transaction it is in. */
    record Poison(int wallet, String key) implements SimulatedCall {}

    /** Occupies a lane until it is opened. */
    record Gate(
            int wallet,
            String key,
            java.util.concurrent.CountDownLatch closed,
            java.util.concurrent.CountDownLatch open)
            implements SimulatedCall {}
}
