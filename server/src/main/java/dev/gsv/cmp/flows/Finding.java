package dev.gsv.cmp.flows;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that the check of a flow has to say. Its texts are safe to show: whatever comes from the file is shortened,
 * freed of control characters and masked where it looks like a secret.
 *
 * @param node id of the node; null when it concerns the whole file
 * @param nodeName what the editor calls the node
 * @param field the field of the node, where one is meant
 * @param fix what the seller can do about it
 */
public record Finding(
        Severity severity,
        Code code,
        @Nullable String node,
        @Nullable String nodeName,
        @Nullable String field,
        String message,
        String fix) {

    /** An error stops the publication, a warning asks for a look, an information only tells. */
    public enum Severity {
        ERROR,
        WARNING,
        INFO;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What was found, in one word. Most codes refuse an import; see {@link #storable()}. */
    public enum Code {
        NOT_JSON,
        NOT_UTF8,
        NOT_A_FLOW,
        DUPLICATE_KEY,
        IS_COMPONENT,
        SEVERAL_FLOWS,
        UNKNOWN_FLOW_NAME,
        TOO_LARGE,
        TOO_DEEP,
        TOO_MANY_NODES,
        TOO_MANY_EDGES,
        DUPLICATE_NODE,
        DANGLING_EDGE,
        NO_ENTRY,
        NO_EXIT,
        NOT_CONNECTED,
        CYCLE,
        SECRET,
        NEEDS_RUNTIME,
        NO_CHAT_INPUT,
        UNUSED_ENTRY,
        UNKNOWN_CODE,
        RISKY_COMPONENT,
        MODEL_NOT_CHOSEN,
        FILE_MISSING,
        FEWER_EDGES,
        REPEATED_EDGE,
        NUL_CHARACTER,
        SECRET_IN_NOTE,
        MORE;

        /** Whether a flow with such an error may still be kept as a draft: it is sound, but not for this engine. */
        boolean storable() {
            return this == NEEDS_RUNTIME;
        }
    }

    /** A finding about the whole file. */
    static Finding file(Severity severity, Code code, String message, String fix) {
        return new Finding(severity, code, null, null, null, message, fix);
    }

    boolean error() {
        return severity == Severity.ERROR;
    }
}
