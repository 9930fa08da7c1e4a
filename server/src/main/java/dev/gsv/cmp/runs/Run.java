package dev.gsv.cmp.runs;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run as it can be read afterwards.
 *
 * @param usage what it used; null while it goes on
 * @param error why it gave no answer; null when it did
 * @param trace its nodes in the order in which they began
 */
public record Run(
        UUID runId,
        @JsonIgnore OrgId org,
        UUID instanceId,
        UUID offeringVersionId,
        @Nullable UUID apiKeyId,
        @Nullable String userId,
        Status status,
        @Nullable Used usage,
        Billing billing,
        @Nullable Error error,
        List<Node> trace,
        String traceId,
        Instant startedAt,
        @Nullable Instant finishedAt) {

    /** Section 4.5 of the control plane contract. */
    public enum Status {
        RUNNING,
        SUCCEEDED,
        FAILED,
        TIMED_OUT,
        ABANDONED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Status of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** @param tokenSource {@code reported} by the provider, {@code counted} by a tokenizer, or {@code none} */
    public record Used(
            long llmTokensIn, long llmTokensOut, long toolCalls, long requests, long ragQueries, String tokenSource) {}

    /**
     * @param absorbed what the platform paid
     * @param balance posted balance after the settlement; null until then
     * @param status {@code held}, {@code settled}, {@code released} or {@code pending_reconciliation}
     */
    public record Billing(
            Credits debited, Credits absorbed, @Nullable Credits balance, String status) {}

    public record Error(
            String code, String message, @Nullable String node) {}

    /** @param outcome {@code ok}, {@code failed} or {@code cut_off} */
    public record Node(
            String node,
            String component,
            String displayName,
            String outcome,
            long elapsedMs,
            long tokensIn,
            long tokensOut) {}
}
