package dev.gsv.cmp.kit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * An amount of credit in whole micro-credits (1 credit = 1 000 000). In JSON a number with at most six decimal places,
 * whole values without a point. May be negative: a debit is a negative amount.
 */
public record Credits(long micros) implements Comparable<Credits> {

    public static final long MICROS_PER_CREDIT = 1_000_000;
    public static final Credits ZERO = new Credits(0);

    private static final int SCALE = 6;
    /** More digits than any amount that fits 64 bits; stops a number such as 1e999999 before it is expanded. */
    private static final int MAX_DIGITS = 40;

    public static Credits of(long whole) {
        return new Credits(Math.multiplyExact(whole, MICROS_PER_CREDIT));
    }

    /**
     * Parses a decimal amount.
     *
     * @throws KitProblem.Invalid when it has more than six decimal places (400)
     * @throws KitProblem.Meaningless when it is beyond the 64-bit range (422)
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Credits parse(BigDecimal amount) {
        if (amount.signum() == 0) {
            return ZERO;
        }
        if (Math.abs((long) amount.precision() - amount.scale()) > MAX_DIGITS || amount.precision() > MAX_DIGITS) {
            throw new KitProblem.Meaningless("The amount of credits is beyond the largest possible amount.");
        }
        BigDecimal plain = amount.stripTrailingZeros();
        if (plain.scale() > SCALE) {
            throw new KitProblem.Invalid("Credits have at most 6 decimal places.");
        }
        try {
            return new Credits(plain.setScale(SCALE, RoundingMode.UNNECESSARY)
                    .unscaledValue()
                    .longValueExact());
        } catch (ArithmeticException e) {
            throw new KitProblem.Meaningless("The amount of credits is beyond the largest possible amount.");
        }
    }

    @JsonValue
    public BigDecimal decimal() {
        BigDecimal value = BigDecimal.valueOf(micros, SCALE).stripTrailingZeros();
        return value.scale() < 0 ? value.setScale(0, RoundingMode.UNNECESSARY) : value;
    }

    public Credits plus(Credits other) {
        return new Credits(Math.addExact(micros, other.micros));
    }

    public Credits minus(Credits other) {
        return new Credits(Math.subtractExact(micros, other.micros));
    }

    public Credits negated() {
        return new Credits(Math.negateExact(micros));
    }

    @Override
    public int compareTo(Credits other) {
        return Long.compare(micros, other.micros);
    }

    /** With its unit, as a person says it: "1 credit", "0.5 credits". */
    public String said() {
        return this + (micros == MICROS_PER_CREDIT ? " credit" : " credits");
    }

    /** The verb that goes with the amount. */
    public String is() {
        return micros == MICROS_PER_CREDIT ? " is" : " are";
    }

    @Override
    public String toString() {
        return decimal().toPlainString();
    }
}
