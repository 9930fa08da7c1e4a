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

    static GrantKind of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** How a grant of this kind is booked when it arrives. */
    EntryType entryType() {
        return this == TRIAL ? EntryType.TRIAL_GRANT : EntryType.TOPUP;
    }

    Account source() {
        return source;
    }

    /** True when money was paid for it, by itself or with a plan. */
    boolean bought() {
        return source == Account.ISSUED;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
