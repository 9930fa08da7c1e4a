package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Builds flows for tests in Langflow's format, with as little as the format allows. */
final class Graph {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final List<ObjectNode> nodes = new ArrayList<>();
    private final List<ObjectNode> edges = new ArrayList<>();

    /** Adds a component; {@code fields} are name, value, name, value. */
    Graph node(String id, String type, Object... fields) {
        ObjectNode node = JSON.objectNode().put("id", id).put("type", "genericNode");
        ObjectNode data = node.putObject("data").put("id", id).put("type", type);
        ObjectNode template = data.putObject("node").put("display_name", type).putObject("template");
        template.put("_type", "Component");
        for (int i = 0; i < fields.length; i += 2) {
            ObjectNode field = template.putObject(fields[i].toString());
            field.put("name", fields[i].toString());
            switch (fields[i + 1]) {
                case Boolean flag -> field.put("value", flag);
                case Integer number -> field.put("value", number);
                case Double number -> field.put("value", number);
                case tools.jackson.databind.JsonNode json -> field.set("value", json);
                default -> field.put("value", fields[i + 1].toString());
            }
        }
        nodes.add(node);
        return this;
    }

    ObjectNode last() {
        return nodes.getLast();
    }

    Graph edge(String source, String target, String field) {
        return edge(source, "out", target, field);
    }

    Graph edge(String source, String output, String target, String field) {
        ObjectNode edge = JSON.objectNode().put("source", source).put("target", target);
        ObjectNode data = edge.putObject("data");
        data.putObject("sourceHandle").put("id", source).put("name", output);
        data.putObject("targetHandle").put("id", target).put("fieldName", field);
        edges.add(edge);
        return this;
    }

    Graph shuffled(RandomGenerator random) {
        Collections.shuffle(nodes, java.util.Random.from(random));
        Collections.shuffle(edges, java.util.Random.from(random));
        return this;
    }

    ObjectNode json() {
        ObjectNode flow = JSON.objectNode().put("name", "a flow");
        ObjectNode data = flow.putObject("data");
        nodes.forEach(data.putArray("nodes")::add);
        edges.forEach(data.putArray("edges")::add);
        return flow;
    }

    Flow flow() {
        return Flow.of(json());
    }

    /** Chat input, a model, chat output. */
    static Graph chat(String model) {
        return new Graph()
                .node("in", "ChatInput")
                .node("llm", "OpenAIModel", "model_name", model, "system_message", "Be brief.")
                .node("out", "ChatOutput")
                .edge("in", "llm", "input_value")
                .edge("llm", "out", "input_value");
    }

    /** Chat input, retrieval, prompt, the extractive model, chat output. */
    static Graph faq() {
        return new Graph()
                .node("in", "ChatInput")
                .node("kb", "KnowledgeRetrieval", "top_k", 4)
                .node("prompt", "Prompt", "template", "Context:\n{context}\n\nQuestion: {question}")
                .node("llm", "LanguageModelComponent", "model", "cmp/extractive")
                .node("out", "ChatOutput")
                .edge("in", "kb", "search_query")
                .edge("kb", "prompt", "context")
                .edge("in", "prompt", "question")
                .edge("prompt", "llm", "input_value")
                .edge("llm", "out", "input_value");
    }
}
