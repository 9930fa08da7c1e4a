package dev.gsv.cmp.flows;

import dev.gsv.cmp.kit.KitProblem;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Keeps the bytes of flows: immutable, addressed by a key, believed only with their hash (section 1 of the storage
 * contract). Two implementations: {@link FileArtifacts} by default, {@link S3Artifacts} where {@code S3_ENDPOINT} is
 * set.
 */
public interface Artifacts {

    /** Largest object that is written or read back, in bytes. */
    int MAX_BYTES = FlowFile.MAX_BYTES;

    int MAX_KEY = 500;
    int SHA256_DIGITS = 64;

    /** Letters, digits, dash, underscore and dot between single slashes; no part begins with a dot. */
    Pattern KEY = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

    /**
     * What is kept under a key.
     *
     * @param sha256 64 lower-case hex digits
     */
    record Stored(String key, String sha256, long bytes) {}

    /**
     * Writes an object once. The same bytes again are a success.
     *
     * @throws FlowsProblem.ArtifactTaken when the key holds other bytes: nothing is overwritten (409)
     * @throws KitProblem.Unavailable when the storage does not answer (503)
     */
    Stored put(String key, byte[] bytes);

    /**
     * Reads an object and checks its hash.
     *
     * @throws FlowsProblem.ArtifactMismatch when the bytes are not those of the hash (500)
     * @throws FlowsProblem.ArtifactMissing when there is no such object (500)
     * @throws KitProblem.Unavailable when the storage does not answer (503)
     */
    byte[] read(String key, String sha256);

    /**
     * Checks that the object still is the one of the hash, for a caller who holds its bytes already. Cheap while
     * nothing about the object changed since it was read and hashed; hashed again otherwise.
     *
     * @throws FlowsProblem.ArtifactMismatch and the others of {@link #read}
     */
    void verify(String key, String sha256);

    /**
     * A flow that is kept, whether a version has it or not.
     *
     * @param writtenAt by the clock of the storage
     */
    record Listed(String key, Instant writtenAt) {}

    /**
     * Keys of flows as {@link #flowKey} makes them, in their order.
     *
     * @param after the last key of the portion before; empty for the first portion
     * @throws KitProblem.Unavailable when the storage does not answer (503)
     */
    List<Listed> list(String after, int atMost);

    /**
     * Removes an object that nothing refers to. One that is gone already is a success.
     *
     * @throws KitProblem.Unavailable when the storage does not answer (503)
     */
    void remove(String key);

    /** Where all flows are. */
    String FLOWS = "flows/";

    /** Where the flow of an offering's version is kept. */
    static String flowKey(UUID offering, UUID version) {
        return prefix(offering) + version + "/flow.json";
    }

    /** How the keys of an offering's flows begin. */
    static String prefix(UUID offering) {
        return FLOWS + offering + "/";
    }

    /** The key, or 400 when it could lead anywhere else. */
    static String checked(String key) {
        if (key.length() > MAX_KEY || !KEY.matcher(key).matches()) {
            throw new KitProblem.Invalid(
                    "artifact.s3_key", "may hold letters, digits, '-', '_', '.' between single slashes");
        }
        return key;
    }
}
