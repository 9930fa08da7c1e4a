package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What usage costs. The card that is valid when the credit is held prices the run, whatever the plan says later. */
public sealed interface RateCard {

    /**
     * What a run costs.
     *
     * @param answered a run that answered costs at least the card's minimum; one that failed costs what it used
     * @throws KitProblem.Meaningless when the cost is beyond the largest possible amount (422)
     */
    Credits cost(Meters used, boolean answered);

    /** As it is kept with a hold; {@link #of} reads it back. */
    JsonNode json();

    /** The default formula of section 11.2: whole credits, rounded down by meter, at least one for an answered run. */
    RateCard STANDARD = new Standard();

    /** The documented prices per model, in micro-credits per 1000 tokens, in and out. */
    Map<String, List<Long>> MODELS = Map.of(
            "default", List.of(10_000L, 30_000L),
            "gpt-4", List.of(30_000L, 60_000L),
            "gpt-4-turbo", List.of(10_000L, 30_000L),
            "gpt-3.5-turbo", List.of(500L, 1_500L),
            "claude-3-opus", List.of(15_000L, 75_000L),
            "claude-3-sonnet", List.of(3_000L, 15_000L),
            "claude-3-haiku", List.of(250L, 1_250L));

    /**
     * Reads the card of a plan. Nothing or an empty object is the default formula; {@code {"model": "gpt-4"}} takes the
     * documented price of that model; {@code {"per_1000": {"llm_tokens_in": 0.03}, "each": {"requests": 0.5},
     * "minimum": 0.1}} names prices in credits.
     *
     * @throws KitProblem.Meaningless when it says something else (422)
     */
    static RateCard of(@Nullable JsonNode card) {
        if (card == null || card.isNull() || card.isMissingNode() || (card.isObject() && card.isEmpty())) {
            return STANDARD;
        }
        if (!card.isObject()) {
            throw new KitProblem.Meaningless("A rate card is an object.");
        }
        if (card.has("model")) {
            List<Long> prices = MODELS.get(card.path("model").asString(""));
            if (prices == null) {
                throw new KitProblem.Meaningless("The rate card names a model without a documented price.");
            }
            return new Metered(
                    Map.of("llm_tokens_in", prices.getFirst(), "llm_tokens_out", prices.getLast()), Credits.ZERO);
        }
        Map<String, Long> prices = new LinkedHashMap<>();
        prices(card.path("per_1000"), 1).forEach((meter, micros) -> prices.merge(meter, micros, Math::addExact));
        prices(card.path("each"), Metered.UNITS)
                .forEach((meter, micros) -> prices.merge(meter, micros, Math::addExact));
        if (prices.isEmpty()) {
            throw new KitProblem.Meaningless("The rate card names no price.");
        }
        return new Metered(prices, amount(card.path("minimum"), "minimum"));
    }

    private static Map<String, Long> prices(JsonNode named, long factor) {
        Map<String, Long> result = new LinkedHashMap<>();
        named.properties().forEach(price -> {
            if (!Meters.NAMES.contains(price.getKey())) {
                throw new KitProblem.Meaningless("The rate card prices an unknown meter.");
            }
            try {
                result.put(
                        price.getKey(),
                        Math.multiplyExact(
                                amount(price.getValue(), price.getKey()).micros(), factor));
            } catch (ArithmeticException e) {
                throw new KitProblem.Meaningless("The rate card holds a price that is too large.");
            }
        });
        return result;
    }

    private static Credits amount(JsonNode node, String name) {
        if (node.isMissingNode() || node.isNull()) {
            return Credits.ZERO;
        }
        if (!node.isNumber() || node.decimalValue().signum() < 0) {
            throw new KitProblem.Meaningless("The price of " + name + " is a number that is not negative.");
        }
        return Credits.parse(node.decimalValue());
    }

    /** {@link #STANDARD}. */
    record Standard() implements RateCard {
        private static final long TOKENS = 1000;
        private static final long OUT_WEIGHT = 2;
        private static final long QUERIES = 10;

        @Override
        public Credits cost(Meters used, boolean answered) {
            try {
                long credits = used.llmTokensIn() / TOKENS;
                credits = Math.addExact(credits, Math.multiplyExact(OUT_WEIGHT, used.llmTokensOut()) / TOKENS);
                credits = Math.addExact(credits, used.toolCalls());
                credits = Math.addExact(credits, used.requests());
                credits = Math.addExact(credits, used.ragQueries() / QUERIES);
                return Credits.of(answered ? Math.max(1, credits) : credits);
            } catch (ArithmeticException e) {
                throw new KitProblem.Meaningless("The usage costs more than the largest possible amount.");
            }
        }

        @Override
        public JsonNode json() {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    /**
     * A price per meter, exact to the micro-credit, rounded half-even once per run.
     *
     * @param prices micro-credits per 1000 units of a meter
     * @param minimum what an answered run costs at least
     */
    record Metered(Map<String, Long> prices, Credits minimum) implements RateCard {
        static final long UNITS = 1000;

        public Metered {
            prices = Map.copyOf(prices);
        }

        @Override
        public Credits cost(Meters used, boolean answered) {
            BigDecimal sum = BigDecimal.ZERO;
            Map<String, BigDecimal> amounts = used.byName();
            for (Map.Entry<String, Long> price : prices.entrySet()) {
                BigDecimal amount = amounts.getOrDefault(price.getKey(), BigDecimal.ZERO);
                sum = sum.add(amount.multiply(BigDecimal.valueOf(price.getValue())));
            }
            try {
                long micros = sum.divide(BigDecimal.valueOf(UNITS))
                        .setScale(0, RoundingMode.HALF_EVEN)
                        .longValueExact();
                return new Credits(answered ? Math.max(minimum.micros(), micros) : micros);
            } catch (ArithmeticException e) {
                throw new KitProblem.Meaningless("The usage costs more than the largest possible amount.");
            }
        }

        @Override
        public JsonNode json() {
            ObjectNode card = JsonNodeFactory.instance.objectNode();
            ObjectNode each = card.putObject("per_1000");
            prices.forEach((meter, micros) -> each.put(meter, new Credits(micros).decimal()));
            card.put("minimum", minimum.decimal());
            return card;
        }
    }
}
