package dev.gsv.cmp.flows;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one flow in what a seller sent: the file of the editor, a row of Langflow's API, or one flow of a project.
 *
 * @param bytes exactly as they were sent; of a project with several flows, exactly those of the chosen one
 * @param flow empty when the bytes hold none; then {@code findings} says why
 */
@SuppressWarnings("ArrayRecordComponent") // The bytes are the point; nobody compares two files as records.
record FlowFile(byte[] bytes, Optional<Flow> flow, List<Finding> findings) {

    /** Largest flow that is stored, section 5 of the marketplace contract. */
    static final int MAX_BYTES = 5 * 1024 * 1024;

    private static final int NAMES_SHOWN = 20;

    private static final JsonFactory STRICT = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Flow.MAX_DEPTH)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JsonMapper NAMES = new JsonMapper();

    static FlowFile of(byte[] sent, @Nullable String wanted) {
        if (zip(sent)) {
            return none(
                    sent,
                    Finding.Code.NOT_A_FLOW,
                    "This is a zip archive, not a flow.",
                    "Unpack it and import one of the flows in it.");
        }
        if (!utf8(sent)) {
            return none(
                    sent,
                    Finding.Code.NOT_UTF8,
                    "The file is not text in UTF-8.",
                    "Export the flow again and do not open it in an editor that changes its encoding.");
        }
        List<JsonSlices.Slice> flows = flows(sent);
        if (flows.size() > 1) {
            return chosen(sent, flows, wanted);
        }
        boolean bare = JsonSlices.of(sent).stream().allMatch(slice -> slice.name() == null);
        return flows.size() == 1 && bare ? read(cut(sent, flows.getFirst())) : read(sent);
    }

    /** The flows of a project file, or the items of a bare list. */
    private static List<JsonSlices.Slice> flows(byte[] sent) {
        List<JsonSlices.Slice> top = JsonSlices.of(sent);
        if (!top.isEmpty() && top.getFirst().name() == null) {
            return top;
        }
        return top.stream()
                .filter(slice -> "flows".equals(slice.name()) && sent[slice.from()] == '[')
                .findFirst()
                .map(slice -> JsonSlices.of(sent, slice.from(), slice.to()))
                .orElse(List.of());
    }

    private static FlowFile chosen(byte[] sent, List<JsonSlices.Slice> flows, @Nullable String wanted) {
        List<String> names = flows.stream().map(slice -> name(sent, slice)).toList();
        String shown = names.stream()
                .limit(NAMES_SHOWN)
                .map(name -> "“" + Shown.plain().text(name) + "”")
                .collect(Collectors.joining(", "));
        String all = shown + (names.size() > NAMES_SHOWN ? ", …" : "");
        if (wanted == null) {
            return none(
                    sent,
                    Finding.Code.SEVERAL_FLOWS,
                    "The file holds " + names.size() + " flows: " + all + ".",
                    "Say which one is meant: send its name as flow_name.");
        }
        if (names.stream().filter(wanted::equals).count() != 1) {
            return none(
                    sent,
                    Finding.Code.UNKNOWN_FLOW_NAME,
                    names.contains(wanted)
                            ? "Several flows of the file have the name that was asked for."
                            : "No flow of the file has the name that was asked for. It holds " + all + ".",
                    names.contains(wanted)
                            ? "Export the flow that is meant alone."
                            : "Send the name of one of them as flow_name.");
        }
        return read(cut(sent, flows.get(names.indexOf(wanted))));
    }

    private static String name(byte[] sent, JsonSlices.Slice flow) {
        return JsonSlices.of(sent, flow.from(), flow.to()).stream()
                .filter(member -> "name".equals(member.name()) && sent[member.from()] == '"')
                .findFirst()
                .map(member -> {
                    try {
                        return NAMES.readValue(sent, member.from(), member.to() - member.from(), String.class);
                    } catch (JacksonException e) {
                        // A name that is no JSON string cannot be asked for; the flow itself is broken as well.
                        return "";
                    }
                })
                .orElse("");
    }

    private static byte[] cut(byte[] sent, JsonSlices.Slice slice) {
        return Arrays.copyOfRange(sent, slice.from(), slice.to());
    }

    private static FlowFile read(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            return none(
                    bytes,
                    Finding.Code.TOO_LARGE,
                    "The flow has " + bytes.length / 1024 + " KB; at most " + MAX_BYTES / 1024 + " KB are accepted.",
                    "Remove embedded files and images from the flow.");
        }
        try {
            Flow flow = Flow.read(bytes);
            Optional<String> repeated = repeatedKey(bytes);
            return repeated.isPresent()
                    ? none(
                            bytes,
                            Finding.Code.DUPLICATE_KEY,
                            "The file names a member of one object twice: " + repeated.get()
                                    + ". Programs disagree about which one counts.",
                            "Export the flow again instead of editing the file by hand.")
                    : new FlowFile(bytes, Optional.of(flow), List.of());
        } catch (FlowUnreadable e) {
            return none(bytes, code(e.reason()), String.valueOf(e.getMessage()), fix(e.reason()));
        }
    }

    private static Optional<String> repeatedKey(byte[] bytes) {
        try (JsonParser parser = STRICT.createParser(bytes)) {
            while (parser.nextToken() != null) {
                // Only the walk matters: the parser complains about a repeated name.
            }
            return Optional.empty();
        } catch (JacksonException e) {
            return Optional.of(
                    e.getLocation() == null
                            ? "somewhere"
                            : "line " + e.getLocation().getLineNr() + ", column "
                                    + e.getLocation().getColumnNr());
        }
    }

    private static Finding.Code code(FlowUnreadable.Reason reason) {
        return switch (reason) {
            case TOO_LARGE -> Finding.Code.TOO_LARGE;
            case ZIP, NOT_A_FLOW -> Finding.Code.NOT_A_FLOW;
            case NOT_JSON -> Finding.Code.NOT_JSON;
            case TOO_DEEP -> Finding.Code.TOO_DEEP;
            case SEVERAL_FLOWS -> Finding.Code.SEVERAL_FLOWS;
            case TOO_MANY_NODES -> Finding.Code.TOO_MANY_NODES;
            case TOO_MANY_EDGES -> Finding.Code.TOO_MANY_EDGES;
        };
    }

    private static String fix(FlowUnreadable.Reason reason) {
        return switch (reason) {
            case TOO_LARGE, TOO_MANY_NODES, TOO_MANY_EDGES -> "Split the flow into smaller ones.";
            case ZIP -> "Unpack it and import one of the flows in it.";
            case NOT_JSON -> "Send the file exactly as Langflow exported it.";
            case TOO_DEEP -> "Export the flow again; a flow of Langflow nests about 15 levels.";
            case NOT_A_FLOW -> "In Langflow open the flow, choose Share, then Export, and send that file.";
            case SEVERAL_FLOWS -> "Say which one is meant: send its name as flow_name.";
        };
    }

    private static FlowFile none(byte[] bytes, Finding.Code code, String message, String fix) {
        return new FlowFile(bytes, Optional.empty(), List.of(Finding.file(Finding.Severity.ERROR, code, message, fix)));
    }

    private static boolean zip(byte[] bytes) {
        return bytes.length > 3 && bytes[0] == 'P' && bytes[1] == 'K' && bytes[2] == 3 && bytes[3] == 4;
    }

    private static boolean utf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
