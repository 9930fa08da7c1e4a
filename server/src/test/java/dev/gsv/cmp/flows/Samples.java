package dev.gsv.cmp.flows;

import java.util.List;
import java.util.Map;

/** The smallest flow around each component that answers something. */
final class Samples {
    private Samples() {}

    /** @param url of a server that answers */
    static Graph of(String type, String url) {
        return switch (type) {
            case "ChatInput", "TextInput", "Webhook" -> single(type, "out");
            case "ChatOutput", "TextOutput" ->
                new Graph().node("in", "ChatInput").node("x", type).edge("in", "x", "input_value");
            case "Prompt", "Prompt Template" -> single(type, "prompt", "template", "fixed");
            case "Memory", "StoreMessage" -> storing(type);
            case "KnowledgeRetrieval" -> fed(type, "search_query", "out");
            case "ParserComponent", "parser" -> fed(type, "input_data", "parsed_text", "pattern", "Text: {text}");
            case "ParseData" -> fed(type, "data", "text", "template", "{text}");
            case "ParseDataFrame" -> fed(type, "df", "text", "template", "{text}");
            case "CombineText" -> fed(type, "text1", "combined_text", "text2", "more");
            case "Pass" -> fed(type, "input_message", "output_message");
            case "SplitText" -> fed(type, "data_inputs", "dataframe");
            case "TypeConverterComponent" -> fed(type, "input_data", "message_output");
            case "MessagetoData" -> fed(type, "message", "data");
            case "DataToDataFrame" -> fed(type, "data_list", "dataframe");
            case "ConditionalRouter" ->
                fed(type, "input_text", "false_result", "operator", "equals", "match_text", "no");
            case Loops.TYPE -> loop();
            case "Agent" -> fed(type, "input_value", "response");
            case "CalculatorComponent" -> single(type, "result", "expression", "6*7");
            case "URL", "URLComponent", "APIRequest" -> single(type, "data", "urls", url);
            case "StructuredOutput" -> fed(type, "input_value", "structured_output", "output_schema", schema("str"));
            default -> fed(type, "input_value", "text_output");
        };
    }

    static tools.jackson.databind.JsonNode schema(String type) {
        return Bench.json(
                List.of(Map.of("name", "field", "description", "what was found", "type", type, "multiple", "False")));
    }

    static Graph single(String type, String output, Object... fields) {
        return new Graph().node("x", type, fields).node("out", "ChatOutput").edge("x", output, "out", "input_value");
    }

    static Graph fed(String type, String field, String output, Object... fields) {
        return single(type, output, fields).node("in", "ChatInput").edge("in", "message", "x", field);
    }

    private static Graph storing(String type) {
        return new Graph()
                .node("in", "ChatInput")
                .node("x", type, "mode", "Store", "sender", "Machine")
                .node("out", "ChatOutput")
                .edge("in", "message", "x", "message")
                .edge("x", "stored_messages", "out", "input_value");
    }

    /** Splits the question at its line breaks and puts each line between brackets. */
    static Graph loop() {
        return new Graph()
                .node("in", "ChatInput")
                .node("split", "SplitText", "separator", "\n", "chunk_size", 1, "chunk_overlap", 0)
                .node("x", Loops.TYPE)
                .node("line", "ParserComponent", "pattern", "[{text}]")
                .node("data", "TypeConverterComponent", "output_type", "Data")
                .node("all", "ParserComponent", "pattern", "{text}", "sep", "+")
                .node("out", "ChatOutput")
                .edge("in", "message", "split", "data_inputs")
                .edge("split", "dataframe", "x", "data")
                .edge("x", "item", "line", "input_data")
                .edge("line", "parsed_text", "data", "input_data")
                .edge("data", "data_output", "x", "item")
                .edge("x", "done", "all", "input_data")
                .edge("all", "parsed_text", "out", "input_value");
    }
}
