package dev.gsv.cmp.flows;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code SplitText}: texts into overlapping chunks, one row each, with the other columns of their row. */
final class Splits {
    /** Most chunks of one node. */
    static final int MAX_CHUNKS = 10_000;

    private static final int DEFAULT_SIZE = 1_000;
    private static final int DEFAULT_OVERLAP = 200;
    private static final String RECURSIVELY = "Recursive";
    private static final List<String> RECURSIVE = List.of("\n\n", "\n", " ", "");

    private final int size;
    private final int overlap;
    private final String keep;

    private Splits(int size, int overlap, String keep) {
        this.size = size;
        this.overlap = overlap;
        this.keep = keep;
    }

    static Value split(Work work) {
        Flow.Node node = work.node();
        int size = Work.whole(node.text("chunk_size")).orElse(DEFAULT_SIZE);
        int overlap = Math.max(0, Work.whole(node.text("chunk_overlap")).orElse(DEFAULT_OVERLAP));
        if (size < 1 || overlap > size) {
            throw new NodeFault(Fault.FLOW_INVALID, "A Split Text wants chunks that are shorter than their overlap.");
        }
        String keep = node.text("mode").equals(RECURSIVELY)
                ? ""
                : node.text("keep_separator").toLowerCase(Locale.ROOT);
        Splits splits = new Splits(size, overlap, keep);
        String key = node.text("text_key").isBlank() ? "text" : node.text("text_key");
        List<ObjectNode> rows = new ArrayList<>();
        for (ObjectNode row : work.rows("data_inputs")) {
            for (String chunk : splits.chunks(Value.cell(row.path(key)), node)) {
                ObjectNode made =
                        work.flag("clean_output", false) ? JsonNodeFactory.instance.objectNode() : row.deepCopy();
                rows.add(made.put(key, chunk));
            }
            if (rows.size() > MAX_CHUNKS) {
                throw new NodeFault(
                        Fault.OUTPUT_TOO_LARGE,
                        "A Split Text may make " + MAX_CHUNKS + " chunks; this one makes more.");
            }
        }
        return new Value.Table(List.copyOf(rows), "", work.passages("data_inputs"));
    }

    private List<String> chunks(String text, Flow.Node node) {
        if (!node.text("mode").equals(RECURSIVELY)) {
            return merged(pieces(text, separator(node)), keep.equals("false") || keep.isEmpty() ? separator(node) : "");
        }
        List<String> own = node.field("recursive_separators")
                .map(field -> field.value()
                        .valueStream()
                        .map(JsonNode::asString)
                        .map(Texts::unescaped)
                        .toList())
                .orElse(List.of());
        boolean asked = node.text("recursive_separators_bool").equals("true") && !own.isEmpty();
        return recursive(text, asked ? own : RECURSIVE);
    }

    /** The editor's list writes line breaks as {@code /n}; before 1.9 the field was free text. */
    private static String separator(Flow.Node node) {
        String chosen = node.field("separator").isPresent() ? node.text("separator") : "\n";
        if (chosen.equals("Custom")) {
            chosen = node.text("custom_separator");
        }
        return switch (chosen) {
            case "/n/n" -> "\n\n";
            case "/n" -> "\n";
            case "/t" -> "\t";
            case "\" \"" -> " ";
            case "\"\"" -> "";
            default -> Texts.unescaped(chosen);
        };
    }

    private List<String> pieces(String text, String separator) {
        if (separator.isEmpty()) {
            return text.codePoints().mapToObj(Character::toString).toList();
        }
        String quoted = Pattern.quote(separator);
        String at = switch (keep) {
            case "true", "start" -> "(?=" + quoted + ")";
            case "end" -> "(?<=" + quoted + ")";
            default -> quoted;
        };
        return List.of(text.split(at)).stream()
                .filter(piece -> !piece.isEmpty())
                .toList();
    }

    /** Puts pieces together as long as they fit, and begins each chunk with the end of the one before it. */
    private List<String> merged(List<String> pieces, String glue) {
        List<String> chunks = new ArrayList<>();
        Deque<String> open = new ArrayDeque<>();
        int length = 0;
        for (String piece : pieces) {
            int more = piece.length() + (open.isEmpty() ? 0 : glue.length());
            if (length + more > size && !open.isEmpty()) {
                add(chunks, String.join(glue, open));
                while (!open.isEmpty() && (length > overlap || length + piece.length() + glue.length() > size)) {
                    length -= open.removeFirst().length() + (open.isEmpty() ? 0 : glue.length());
                }
            }
            length += piece.length() + (open.isEmpty() ? 0 : glue.length());
            open.add(piece);
        }
        if (!open.isEmpty()) {
            add(chunks, String.join(glue, open));
        }
        return chunks;
    }

    private static void add(List<String> chunks, String chunk) {
        String bare = chunk.strip();
        if (!bare.isEmpty()) {
            chunks.add(bare);
        }
        if (chunks.size() > MAX_CHUNKS) {
            throw new NodeFault(
                    Fault.OUTPUT_TOO_LARGE, "A Split Text may make " + MAX_CHUNKS + " chunks; this one makes more.");
        }
    }

    /** The coarsest separator that occurs; what is still too long is cut by the next finer one. */
    private List<String> recursive(String text, List<String> separators) {
        int at = 0;
        while (at < separators.size() - 1 && !text.contains(separators.get(at))) {
            at++;
        }
        String separator = separators.get(at);
        List<String> finer = separators.subList(at + 1, separators.size());
        List<String> chunks = new ArrayList<>();
        List<String> fitting = new ArrayList<>();
        for (String piece : pieces(text, separator)) {
            if (piece.length() <= size || finer.isEmpty()) {
                fitting.add(piece);
            } else {
                chunks.addAll(merged(fitting, separator));
                fitting.clear();
                chunks.addAll(recursive(piece, finer));
            }
        }
        chunks.addAll(merged(fitting, separator));
        return chunks;
    }
}
