package dev.gsv.cmp.billing;

import java.util.Locale;

/** Where credit can be. A positive entry means that the account has more; the entries of a movement sum to zero. */
enum Account {
    /** The organization's own. */
    WALLET,
    /** Credit that the platform created against money: its negative sum is what was sold. */
    ISSUED,
    /** Credit that was given away. */
    PROMOTIONAL,
    /** What runs and plans were worth, paid or not. */
    REVENUE,
    /** What of it belongs to sellers. */
    SELLER_PAYABLE,
    /** What of it nobody paid: a cost of the platform. */
    ABSORBED,
    /** What lapsed unused. */
    EXPIRED;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
