package dev.gsv.cmp.quotas;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.gsv.cmp.kit.KitProblem;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** An amount of US dollars in whole micro-dollars; in JSON a number with at most six decimal places. */
public record Usd(long micros) {

    private static final int SCALE = 6;
    private static final int MAX_DIGITS = 40;

    /**
     * Parses an amount.
     *
     * @throws KitProblem.Invalid with more than six decimal places (400)
     * @throws KitProblem.Meaningless beyond the 64-bit range (422)
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Usd parse(BigDecimal amount) {
        if (amount.signum() == 0) {
            return new Usd(0);
        }
        if (amount.precision() > MAX_DIGITS || Math.abs((long) amount.precision() - amount.scale()) > MAX_DIGITS) {
            throw new KitProblem.Meaningless("The amount of USD is beyond the largest possible amount.");
        }
        BigDecimal plain = amount.stripTrailingZeros();
        if (plain.scale() > SCALE) {
            throw new KitProblem.Invalid("USD have at most 6 decimal places.");
        }
        try {
            return new Usd(plain.setScale(SCALE, RoundingMode.UNNECESSARY)
                    .unscaledValue()
                    .longValueExact());
        } catch (ArithmeticException e) {
            throw new KitProblem.Meaningless("The amount of USD is beyond the largest possible amount.");
        }
    }

    static @Nullable Usd of(@Nullable Long micros) {
        return micros == null ? null : new Usd(micros);
    }

    static @Nullable Long micros(@Nullable Usd amount) {
        return amount == null ? null : amount.micros();
    }

    @JsonValue
    public BigDecimal decimal() {
        BigDecimal value = BigDecimal.valueOf(micros, SCALE).stripTrailingZeros();
        return value.scale() < 0 ? value.setScale(0, RoundingMode.UNNECESSARY) : value;
    }
}
