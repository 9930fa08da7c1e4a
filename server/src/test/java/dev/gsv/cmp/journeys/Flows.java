package dev.gsv.cmp.journeys;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.House;
import dev.gsv.cmp.kit.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;

/** Flows as a seller has them: real exports of Langflow, and a small one of our own that is always there. */
final class Flows {

    /** Repeats what it is asked. */
    static final JsonNode ECHO = Json.mapper().readTree("""
            {"name": "Echo", "description": "Repeats what it is asked.", "data": {
              "nodes": [
                {"id": "in", "type": "genericNode", "data": {"id": "in", "type": "ChatInput", "node":
                  {"display_name": "Chat Input", "template": {"_type": "Component"}}}},
                {"id": "out", "type": "genericNode", "data": {"id": "out", "type": "ChatOutput", "node":
                  {"display_name": "Chat Output", "template": {"_type": "Component"}}}}],
              "edges": [{"source": "in", "target": "out", "data": {
                "sourceHandle": {"id": "in", "name": "message"},
                "targetHandle": {"id": "out", "fieldName": "input_value"}}}]}}
            """);

    private Flows() {}

    /** A real export, as a file on a seller's disk; the test is skipped, visibly, where the folder is not there. */
    static JsonNode export(String file) {
        Path folder = House.exports();
        Assumptions.assumeTrue(folder != null, "the folder of real Langflow exports is not there");
        try {
            return Json.mapper().readTree(Files.readAllBytes(folder.resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A chat with a model, for servers that a test starts. */
    static JsonNode model(String name) {
        return Json.mapper().readTree("""
                {"name": "Ask", "data": {
                  "nodes": [
                    {"id": "in", "type": "genericNode", "data": {"id": "in", "type": "ChatInput", "node":
                      {"display_name": "Chat Input", "template": {"_type": "Component"}}}},
                    {"id": "llm", "type": "genericNode", "data": {"id": "llm", "type": "OpenAIModel", "node":
                      {"display_name": "OpenAI", "template": {"_type": "Component",
                        "model_name": {"name": "model_name", "value": "%s"}}}}},
                    {"id": "out", "type": "genericNode", "data": {"id": "out", "type": "ChatOutput", "node":
                      {"display_name": "Chat Output", "template": {"_type": "Component"}}}}],
                  "edges": [
                    {"source": "in", "target": "llm", "data": {
                      "sourceHandle": {"id": "in", "name": "message"},
                      "targetHandle": {"id": "llm", "fieldName": "input_value"}}},
                    {"source": "llm", "target": "out", "data": {
                      "sourceHandle": {"id": "llm", "name": "text_output"},
                      "targetHandle": {"id": "out", "fieldName": "input_value"}}}]}}
                """.formatted(name));
    }

    /** What a run is sent. */
    static JsonNode ask(String instance, String session, String query) {
        var body = Api.json().objectNode();
        body.put("instance_id", instance);
        body.putObject("input").put("query", query);
        body.putObject("metadata").put("session_id", session);
        return body;
    }
}
