package dev.gsv.cmp.quotas;

import java.math.BigInteger;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * The price of a model as it was when a run began; micro-USD for a million tokens.
 *
 * @param known false when nobody set a price for this model
 */
public record Quote(String provider, String model, long inputMicro, long outputMicro, long cachedMicro, boolean known) {

    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);
    private static final BigInteger MARGIN = BigInteger.valueOf(115);
    private static final BigInteger HUNDRED_MILLION = BigInteger.valueOf(100_000_000);

    /**
     * Tokens at a price.
     *
     * @param in input tokens without those that were cached
     */
    public record Consumed(Quote quote, long in, long cached, long out) {
        private BigInteger millionths() {
            return times(in, quote.inputMicro)
                    .add(times(cached, quote.cachedMicro))
                    .add(times(out, quote.outputMicro));
        }

        private static BigInteger times(long tokens, long price) {
            return BigInteger.valueOf(tokens).multiply(BigInteger.valueOf(price));
        }
    }

    /** What may be spent with each provider: price times tokens times 1.15, rounded up; whole micro-USD. */
    public static Map<String, Long> estimates(Collection<Consumed> most) {
        Map<String, Long> estimates = new TreeMap<>();
        sums(most).forEach((provider, millionths) -> {
            BigInteger[] parts = millionths.multiply(MARGIN).divideAndRemainder(HUNDRED_MILLION);
            estimates.put(provider, bounded(parts[1].signum() > 0 ? parts[0].add(BigInteger.ONE) : parts[0]));
        });
        return estimates;
    }

    /** What was spent with each provider, rounded half up to a whole micro-USD. */
    public static Map<String, Long> costs(Collection<Consumed> used) {
        Map<String, Long> costs = new TreeMap<>();
        sums(used)
                .forEach((provider, millionths) -> costs.put(
                        provider, bounded(millionths.add(MILLION.shiftRight(1)).divide(MILLION))));
        return costs;
    }

    private static Map<String, BigInteger> sums(Collection<Consumed> all) {
        Map<String, BigInteger> sums = new TreeMap<>();
        all.forEach(one -> sums.merge(one.quote().provider(), one.millionths(), BigInteger::add));
        return sums;
    }

    private static long bounded(BigInteger micros) {
        return micros.min(BigInteger.valueOf(BudgetInput.MOST_MICROS)).longValue();
    }
}
