package dev.gsv.cmp.quotas;

/**
 * One admission that is asked for.
 *
 * @param key names the admission; the same again is the same admission
 * @param userType already decided
 * @param tokens the estimate, 0 or more
 * @param seconds how long it lasts without renewal
 */
record Ticket(
        String key,
        Place place,
        String userId,
        String userType,
        String bundle,
        String lockId,
        Effective effective,
        long tokens,
        long seconds) {

    /** How long an admission lasts without renewal. */
    static final long DEFAULT_SECONDS = 120;
    /** Estimated tokens of a run of which nothing is known. */
    static final long DEFAULT_TOKENS = 4000;

    /** The bundle whose counter it counts in. */
    String countedBundle() {
        return effective.projectWide() ? QuotaPolicy.ALL : bundle;
    }

    String counter() {
        return Key.of(place.tenant(), place.project(), userId, countedBundle());
    }

    TurnstileStore.Named named() {
        return new TurnstileStore.Named(counter(), place, userId, countedBundle());
    }

    Ticket with(Effective fresh) {
        return new Ticket(key, place, userId, userType, bundle, lockId, fresh, tokens, seconds);
    }

    /** Of a run. No tenant is empty, so no key of an outside admission is the same. */
    static String ofRun(java.util.UUID run) {
        return Key.of("", "", run.toString());
    }

    static String of(Place place, String lockId) {
        return Key.of(place.tenant(), place.project(), lockId);
    }
}
