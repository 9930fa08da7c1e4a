package dev.gsv.cmp.billing;

import java.util.Locale;

/** Where a portion of credit came from. The lower priority burns first. */
public enum GrantKind {
    TRIAL(10, Account.PROMOTIONAL),
    PROMOTIONAL(20, Account.PROMOTIONAL),
    INCLUDED(30, Account.ISSUED),
    PURCHASED(50, Account.ISSUED);

    private final int priority;
    private final Account source;

    GrantKind(int priority, Account source) {
        this.priority = priority;
        this.source = source;
    }

    int priority() {
        return priority;
    }

    Account source() {
        return source;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
