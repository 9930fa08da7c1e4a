package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FlowTest {
    @Nested
    class Refuses {
        @Test
        void json_nested_ten_thousand_deep() {
            refused("[".repeat(10_000) + "]".repeat(10_000), FlowUnreadable.Reason.TOO_DEEP);
            refused(
                    "{\"data\":{\"nodes\":[" + "{\"data\":".repeat(10_000) + "1" + "}".repeat(10_000)
                            + "],\"edges\":[]}}",
                    FlowUnreadable.Reason.TOO_DEEP);
        }

        @Test
        void a_hundred_thousand_nodes() {
            refused(
                    "{\"data\":{\"nodes\":[" + "{},".repeat(99_999) + "{}],\"edges\":[]}}",
                    FlowUnreadable.Reason.TOO_MANY_NODES);
            refused(
                    "{\"data\":{\"nodes\":[],\"edges\":[" + "{},".repeat(99_999) + "{}]}}",
                    FlowUnreadable.Reason.TOO_MANY_EDGES);
        }

        @Test
        void a_file_of_fifty_megabytes() {
            assertThatThrownBy(() -> Flow.read(new byte[50 * 1024 * 1024]))
                    .isInstanceOfSatisfying(
                            FlowUnreadable.class,
                            e -> assertThat(e.reason()).isEqualTo(FlowUnreadable.Reason.TOO_LARGE));
        }

        @Test
        void what_is_no_flow() {
            refused("", FlowUnreadable.Reason.NOT_A_FLOW);
            refused("   ", FlowUnreadable.Reason.NOT_A_FLOW);
            refused("<!doctype html>", FlowUnreadable.Reason.NOT_JSON);
            refused("{\"data\":{\"nodes\":[", FlowUnreadable.Reason.NOT_JSON);
            refused("null", FlowUnreadable.Reason.NOT_A_FLOW);
            refused("[]", FlowUnreadable.Reason.NOT_A_FLOW);
            refused("{\"data\":{\"nodes\":{}}}", FlowUnreadable.Reason.NOT_A_FLOW);
            refused("PK\u0003\u0004....", FlowUnreadable.Reason.ZIP);
            refused("{\"flows\":[{},{}]}", FlowUnreadable.Reason.SEVERAL_FLOWS);
            refused("{\"flows\":[]}", FlowUnreadable.Reason.SEVERAL_FLOWS);
            refused("{\"nodes\":[{\"id\":\"" + "x".repeat(201) + "\"}]}", FlowUnreadable.Reason.NOT_A_FLOW);
        }

        private void refused(String file, FlowUnreadable.Reason reason) {
            assertThatThrownBy(() -> Flow.read(file.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOfSatisfying(
                            FlowUnreadable.class, e -> assertThat(e.reason()).isEqualTo(reason));
        }
    }

    @Test
    void odd_shapes_are_tolerated() {
        Flow flow = read("""
                {"flows":[{"name":5,"data":{"nodes":[
                   7, null, "x", [],
                   {"id":"a","data":null},
                   {"id":"b","data":{"type":["x"],"node":{"template":[1,2],"outputs":{"x":1}}}},
                   {"data":{"id":"c","type":"ext:duck:Thing@official","node":{"template":{"_type":"Component","code":7}}}},
                   {"id":"n","type":"noteNode","data":{"type":null}},
                   {"id":"m","data":{"type":"note"}},
                   {}
                 ],"edges":[1, null, {}, {"source":"a","target":"b","sourceHandle":"{œnameœ: œoutœ}","targetHandle":"{œfieldNameœ"}]}}]}
                """);
        assertThat(flow.nodes()).extracting(Flow.Node::id).containsExactly("a", "b", "c", "node-3");
        assertThat(flow.node("c").orElseThrow().type()).isEqualTo("Thing");
        assertThat(flow.notes()).isEqualTo(2);
        assertThat(flow.name()).isEqualTo("5");
        assertThat(flow.edges()).contains(new Flow.Edge("a", "out", "b", ""));
        assertThat(flow.dangling()).containsExactly(new Flow.Edge("", "", "", ""));
        assertThat(flow.version()).isEmpty();
    }

    @Test
    void object_handles_are_preferred_to_strings() {
        Flow flow = read("""
                {"nodes":[{"id":"a"},{"id":"b"}],"edges":[{"source":"a","target":"b",
                  "sourceHandle":"{œnameœ: œoldœ}","targetHandle":"{œfieldNameœ: œoldœ}",
                  "data":{"sourceHandle":{"name":"new"},"targetHandle":{"fieldName":"field"}}}]}
                """);
        assertThat(flow.edges()).containsExactly(new Flow.Edge("a", "new", "b", "field"));
    }

    @Test
    void duplicate_ids_are_kept_and_named() {
        Flow flow = read("{\"nodes\":[{\"id\":\"a\"},{\"id\":\"a\"},{\"id\":\"b\"}],\"edges\":[]}");
        assertThat(flow.nodes()).hasSize(3);
        assertThat(flow.duplicateIds()).containsExactly("a");
    }

    @Test
    void the_version_is_the_highest_of_all_compared_by_number() {
        Flow flow = read("""
                {"last_tested_version":"1.4.3","data":{"edges":[],"nodes":[
                  {"id":"a","data":{"node":{"lf_version":"1.10.0.post2"}}},
                  {"id":"b","data":{"node":{"lf_version":"1.9.9"}}},
                  {"id":"c","data":{"node":{"lf_version":"latest"}}}]}}
                """);
        assertThat(flow.version()).hasValue("1.10.0");
    }

    @Test
    void names_with_emoji_and_rtl_are_kept_and_nul_never_reaches_a_store() {
        Flow flow = read("{\"name\":\"🧾 שלום \\u0000\",\"nodes\":[],\"edges\":[]}");
        assertThat(flow.name()).isEqualTo("🧾 שלום \uFFFD");
    }

    private static Flow read(String json) {
        return Flow.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
