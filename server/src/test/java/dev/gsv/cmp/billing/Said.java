package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What follows the first word of a step, taken from left to right. */
final class Said {

    private static final Pattern TIME = Pattern.compile("(-?\\d+)(ms|s|m|h|d)");

    private final Table table;
    private final List<String> words;
    private int at;

    Said(Table table, String text) {
        this.table = table;
        this.words = text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }

    boolean more() {
        return at < words.size();
    }

    String peek() {
        return more() ? words.get(at) : "";
    }

    /** The amount after the next word. */
    Credits peekSecond() {
        at++;
        Credits amount = amount();
        at -= 2;
        return amount;
    }

    String word() {
        if (!more()) {
            throw new IllegalArgumentException("the step ends too early");
        }
        return words.get(at++);
    }

    /** Takes the next word if it is this one. */
    boolean is(String word) {
        boolean is = peek().equals(word);
        at += is ? 1 : 0;
        return is;
    }

    /** Everything that is left. */
    String rest() {
        String rest = String.join(" ", words.subList(at, words.size()));
        at = words.size();
        return rest;
    }

    int count() {
        return Integer.parseInt(word());
    }

    boolean isAmount() {
        return peek().matches("-?\\d+(\\.\\d+)?(e\\d+)?");
    }

    Credits amount() {
        if (!isAmount()) {
            throw new IllegalArgumentException("an amount is expected, not '" + peek() + "'");
        }
        return Credits.parse(new BigDecimal(word()));
    }

    /** All that is left, as amounts. */
    List<Credits> amounts() {
        List<Credits> amounts = new ArrayList<>();
        while (more()) {
            amounts.add(amount());
        }
        return amounts;
    }

    /** 901s, 5d, 250ms. */
    Duration time() {
        String word = word();
        Matcher time = TIME.matcher(word);
        if (!time.matches()) {
            throw new IllegalArgumentException("a time is expected such as 901s or 5d, not '" + word + "'");
        }
        long number = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /** The wallet that is named next; the first one of the case when none is. */
    Scene wallet() {
        return table.hasWallet(peek()) ? table.wallet(word()) : table.wallet();
    }

    /** The hold that is named next; the last one when none is. */
    Table.Held hold() {
        return table.hasHold(peek()) ? table.hold(word()) : table.hold();
    }

    void end() {
        if (more()) {
            throw new IllegalArgumentException("what does '" + rest() + "' mean here?");
        }
    }
}
