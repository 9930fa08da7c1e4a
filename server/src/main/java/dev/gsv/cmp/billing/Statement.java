package dev.gsv.cmp.billing;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a wallet got and paid in a span of time. Each line leads to its run, order or grant.
 *
 * @param isFinal true when the span is over for good: such a statement never changes, a correction is a later line
 * @param totals the sum of the lines of each type
 */
public record Statement(
        UUID walletId,
        Instant from,
        Instant to,
        @JsonProperty("final") boolean isFinal,
        String currency,
        Credits openingBalance,
        Credits closingBalance,
        Map<String, Credits> totals,
        List<Line> lines) {

    /**
     * One movement of the wallet.
     *
     * @param number position in the wallet's ledger
     */
    public record Line(
            long number,
            UUID ledgerEntryId,
            Instant createdAt,
            String entryType,
            String referenceId,
            @Nullable UUID instanceId,
            @Nullable UUID runId,
            Credits amount,
            Credits balance) {}

    /** A span of time: the start is inside, the end outside. */
    public record Span(Instant from, Instant to) {

        /** One year and a day. */
        static final Duration LONGEST = Duration.ofDays(367);

        /**
         * Reads a span; days begin at midnight UTC. Without a start the month of the end, without an end until now.
         *
         * @throws KitProblem.Invalid for what is no date and no time (400)
         * @throws KitProblem.Meaningless for a span that is empty, or longer than a year (422)
         */
        static Span of(@Nullable String from, @Nullable String to, Instant now) {
            Instant end = to == null ? now : time("to", to);
            Instant start = from == null
                    ? YearMonth.from(end.atOffset(ZoneOffset.UTC))
                            .atDay(1)
                            .atStartOfDay()
                            .toInstant(ZoneOffset.UTC)
                    : time("from", from);
            if (!start.isBefore(end)) {
                throw new KitProblem.Meaningless("from must be before to.");
            }
            if (Duration.between(start, end).compareTo(LONGEST) > 0) {
                throw new KitProblem.Meaningless("At most a year can be asked for at once.");
            }
            return new Span(start, end);
        }

        private static final int MAX_TEXT = 40;
        private static final int FIRST_YEAR = 1970;
        private static final int LAST_YEAR = 9999;

        static Instant time(String name, String text) {
            try {
                if (text.length() <= MAX_TEXT) {
                    OffsetDateTime time = text.indexOf('T') < 0
                            ? LocalDate.parse(text).atStartOfDay().atOffset(ZoneOffset.UTC)
                            : OffsetDateTime.parse(text);
                    if (time.getYear() >= FIRST_YEAR && time.getYear() <= LAST_YEAR) {
                        return time.toInstant();
                    }
                }
            } catch (DateTimeException e) {
                throw malformed(name);
            }
            throw malformed(name);
        }

        private static KitProblem.Invalid malformed(String name) {
            return new KitProblem.Invalid(name, "must be a date such as 2026-11-01, or a time with its offset");
        }
    }
}
