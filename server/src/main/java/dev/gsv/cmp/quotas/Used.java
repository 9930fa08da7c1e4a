package dev.gsv.cmp.quotas;

import java.util.List;

/** What a user has used: committed in each running window, and in flight. */
record Used(
        long requestsDay,
        long requestsMonth,
        long requestsTotal,
        long tokensHour,
        long tokensDay,
        long tokensMonth,
        long inFlight,
        long heldTokens) {

    static final Used NOTHING = new Used(0, 0, 0, 0, 0, 0, 0, 0);

    /** Committed use, in the order of {@link Allowance#WINDOWS}. */
    List<Long> committed() {
        return List.of(requestsDay, requestsMonth, requestsTotal, tokensHour, tokensDay, tokensMonth);
    }

    Used flying(long runs, long tokens) {
        return new Used(
                requestsDay,
                requestsMonth,
                requestsTotal,
                tokensHour,
                tokensDay,
                tokensMonth,
                inFlight + runs,
                heldTokens + tokens);
    }

    /** With what was committed meanwhile, in every running window. */
    Used committing(long requests, long tokens) {
        return new Used(
                requestsDay + requests,
                requestsMonth + requests,
                requestsTotal + requests,
                tokensHour + tokens,
                tokensDay + tokens,
                tokensMonth + tokens,
                inFlight,
                heldTokens);
    }
}
