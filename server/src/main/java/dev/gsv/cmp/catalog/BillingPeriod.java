package dev.gsv.cmp.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.gsv.cmp.kit.KitProblem;
import java.util.Locale;

/** How often the price of a plan is due. */
public enum BillingPeriod {
    MONTHLY,
    YEARLY,
    ONE_TIME,
    /** No price of its own: runs are paid as they come. */
    USAGE;

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static BillingPeriod parse(String text) {
        for (BillingPeriod period : values()) {
            if (period.text().equals(text)) {
                return period;
            }
        }
        throw new KitProblem.Invalid("billing_period", "must be one of monthly, yearly, one_time, usage");
    }
}
