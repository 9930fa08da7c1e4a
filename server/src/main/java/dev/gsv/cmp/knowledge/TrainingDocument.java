package dev.gsv.cmp.knowledge;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A document that a buyer gave to an instance (sections 3.3 and 4.6 of the control plane contract).
 *
 * @param filename as it was uploaded; null for texts and pairs
 * @param progress of the ingestion, in percent
 * @param chunks passages that can be found
 * @param pages null where the format has none, and until it is read
 * @param error why it failed or waits; null otherwise
 * @param attempts how often it was begun
 * @param retryAt when it is tried again; null unless it waits for that
 * @param readyAt from when on it is searched
 */
record TrainingDocument(
        UUID id,
        UUID instanceId,
        Kind kind,
        String title,
        @Nullable String filename,
        String contentType,
        long sizeBytes,
        Status status,
        int progress,
        int chunks,
        @Nullable Integer pages,
        @Nullable IngestionError error,
        int attempts,
        @Nullable Instant retryAt,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant readyAt) {

    /** What it was given as. */
    enum Kind {
        DOCUMENT,
        TEXT,
        QA_PAIR;

        @JsonValue
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Section 4.6 of the control plane contract. */
    enum Status {
        PENDING,
        INGESTING,
        READY,
        RETRY_PENDING,
        FAILED
    }

    /**
     * Why a document is not ready.
     *
     * @param code stable, for programs
     * @param message what is wrong and what to do about it
     */
    record IngestionError(String code, String message) {}

    /**
     * The proof of a deletion.
     *
     * @param passages how many were removed
     * @param originalBytes how many bytes of the original were removed
     * @param remaining rows about it that any table of knowledge still holds, counted after the deletion: 0
     */
    record Deleted(UUID id, boolean deleted, int passages, long originalBytes, int remaining) {}
}
