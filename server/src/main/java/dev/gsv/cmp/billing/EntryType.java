package dev.gsv.cmp.billing;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Why credit moved (section 3.4, decision C-39), and which account stands against the wallet. */
public enum EntryType {
    TOPUP(Account.ISSUED),
    USAGE(Account.REVENUE),
    REFUND(Account.REVENUE),
    TRIAL_GRANT(Account.PROMOTIONAL),
    EXPIRY(Account.EXPIRED),
    ADJUSTMENT(Account.ISSUED),
    DISPUTE(Account.ISSUED),
    /** Cost that no wallet paid; it has no wallet line and is not part of the documented ledger. */
    ABSORPTION(Account.REVENUE);

    private final Account against;

    EntryType(Account against) {
        this.against = against;
    }

    Account against() {
        return against;
    }

    static EntryType of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
