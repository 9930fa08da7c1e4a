package dev.gsv.cmp.instances;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How much an instance was used: a day, a sum, or what is to be added. One number per meter of section 11.1.
 *
 * @param day UTC day; null for a sum or an addition
 * @param apiCalls runs, whether they answered or not
 * @param ragIngestionMb mebibytes, at most 6 decimal places
 * @param audioMinutes minutes, at most 6 decimal places
 * @param storageGbDays gibibytes times days, at most 6 decimal places
 * @param credits what was debited
 */
public record Usage(
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable LocalDate day,
        long apiCalls,
        long llmTokensIn,
        long llmTokensOut,
        long toolCalls,
        long requests,
        long ragQueries,
        BigDecimal ragIngestionMb,
        long mcpCalls,
        long chatSessions,
        long widgetSessions,
        long translations,
        long imageCalls,
        BigDecimal audioMinutes,
        BigDecimal storageGbDays,
        long auditEvents,
        long scheduledRuns,
        Credits credits) {

    private static final int SCALE = 6;

    public Usage {
        boolean negative = LongStream.of(
                                apiCalls,
                                llmTokensIn,
                                llmTokensOut,
                                toolCalls,
                                requests,
                                ragQueries,
                                mcpCalls,
                                chatSessions,
                                widgetSessions,
                                translations,
                                imageCalls,
                                auditEvents,
                                scheduledRuns,
                                credits.micros())
                        .anyMatch(value -> value < 0)
                || Stream.of(ragIngestionMb, audioMinutes, storageGbDays).anyMatch(value -> value.signum() < 0);
        if (negative) {
            throw new KitProblem.Meaningless("Usage must not be negative.");
        }
        ragIngestionMb = plain(ragIngestionMb);
        audioMinutes = plain(audioMinutes);
        storageGbDays = plain(storageGbDays);
    }

    private static BigDecimal plain(BigDecimal value) {
        BigDecimal stripped =
                value.setScale(SCALE, java.math.RoundingMode.HALF_EVEN).stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    /** What is added by calls of which only tokens are known. */
    public static Usage calls(long apiCalls, long llmTokensIn, long llmTokensOut) {
        BigDecimal none = BigDecimal.ZERO;
        return new Usage(
                null,
                apiCalls,
                llmTokensIn,
                llmTokensOut,
                0,
                0,
                0,
                none,
                0,
                0,
                0,
                0,
                0,
                none,
                none,
                0,
                0,
                Credits.ZERO);
    }

    /** The sum of both, of no particular day. */
    Usage plus(Usage more) {
        return new Usage(
                null,
                apiCalls + more.apiCalls,
                llmTokensIn + more.llmTokensIn,
                llmTokensOut + more.llmTokensOut,
                toolCalls + more.toolCalls,
                requests + more.requests,
                ragQueries + more.ragQueries,
                ragIngestionMb.add(more.ragIngestionMb),
                mcpCalls + more.mcpCalls,
                chatSessions + more.chatSessions,
                widgetSessions + more.widgetSessions,
                translations + more.translations,
                imageCalls + more.imageCalls,
                audioMinutes.add(more.audioMinutes),
                storageGbDays.add(more.storageGbDays),
                auditEvents + more.auditEvents,
                scheduledRuns + more.scheduledRuns,
                credits.plus(more.credits));
    }

    /** The documented name of {@link #llmTokensIn} in usage reports. */
    @JsonProperty("tokens_input")
    public long tokensInput() {
        return llmTokensIn;
    }

    /** The documented name of {@link #llmTokensOut} in usage reports. */
    @JsonProperty("tokens_output")
    public long tokensOutput() {
        return llmTokensOut;
    }
}
