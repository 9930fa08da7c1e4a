package dev.gsv.cmp.flows;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON that callers, models and other people's servers write: perhaps. */
final class Jsons {
    /** Deepest nesting that is read. */
    static final int MAX_DEPTH = 64;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .build();

    private Jsons() {}

    /** Empty when the text is no JSON, or more than that. */
    static Optional<JsonNode> parse(String text) {
        try {
            JsonNode json = MAPPER.readTree(text);
            return json == null || json.isMissingNode() ? Optional.empty() : Optional.of(json);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /** The JSON inside what a model wrote: alone, in a fence of three backticks, or between two sentences. */
    static Optional<JsonNode> inside(String text) {
        String bare = text.strip();
        if (bare.startsWith("```")) {
            int line = bare.indexOf('\n');
            int end = bare.lastIndexOf("```");
            bare = line > 0 && end > line ? bare.substring(line + 1, end).strip() : bare;
        }
        Optional<JsonNode> whole = parse(bare).filter(JsonNode::isContainer);
        if (whole.isPresent()) {
            return whole;
        }
        int object = bare.indexOf('{');
        int array = bare.indexOf('[');
        int from = object < 0 ? array : array < 0 ? object : Math.min(object, array);
        int to = Math.max(bare.lastIndexOf('}'), bare.lastIndexOf(']'));
        return from < 0 || to <= from
                ? Optional.empty()
                : parse(bare.substring(from, to + 1)).filter(JsonNode::isContainer);
    }
}
