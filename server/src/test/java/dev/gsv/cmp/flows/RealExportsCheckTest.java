package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.kit.Json;
import org.junit.jupiter.api.Test;

/** The check over exports that Langflow itself made; skipped when they are not there. */
class RealExportsCheckTest {

    private static FlowReport report(String name) {
        return FlowCheck.check(RealExports.bytes(name));
    }

    @Test
    void none_holds_a_secret_and_all_can_be_stored() {
        assertThat(RealExports.names()).hasSizeGreaterThanOrEqualTo(6);
        for (String name : RealExports.names()) {
            FlowReport report = report(name);
            assertThat(report.storable()).as(name + report.findings()).isTrue();
            assertThat(report.holdsSecret()).as(name).isFalse();
            assertThat(report.sha256()).as(name).isEqualTo(Json.sha256(RealExports.bytes(name)));
        }
    }

    @Test
    void those_that_the_engine_executes_are_valid() {
        for (String name : new String[] {
            "simple-chat-no-llm.json",
            "memory-chatbot-no-llm.langflow-1.4.2.json",
            "basic-prompting.langflow-1.8.0.json"
        }) {
            assertThat(report(name).valid()).as(name + report(name).findings()).isTrue();
            assertThat(report(name).runtime()).as(name).isEqualTo(FlowReport.NATIVE);
        }
    }

    @Test
    void those_with_other_components_say_which_and_that_they_need_a_langflow_runtime() {
        for (String name : new String[] {
            "webhook-test.langflow-1.1.1.json",
            "vector-store-rag.langflow-1.8.0.json",
            "document-qa.langflow-1.8.0.json"
        }) {
            assertThat(report(name).valid()).as(name).isFalse();
            assertThat(report(name).runtime()).as(name).isEqualTo(FlowReport.LANGFLOW);
        }
        assertThat(report("webhook-test.langflow-1.1.1.json").findings().toString())
                .contains("“Custom Component” (CustomComponent) needs a Langflow runtime", "human review");
    }

    @Test
    void stale_hashes_inside_a_file_change_nothing() {
        assertThat(report("basic-prompting.langflow-1.8.0.json").findings())
                .extracting(Finding::code)
                .containsExactly(Finding.Code.MODEL_NOT_CHOSEN);
    }

    @Test
    void the_variables_of_the_large_one_are_its_two_keys() {
        assertThat(report("vector-store-rag.langflow-1.8.0.json").variables())
                .extracting(Variable::name)
                .containsExactlyInAnyOrder("OPENAI_API_KEY", "ASTRA_DB_APPLICATION_TOKEN");
        assertThat(report("document-qa.langflow-1.8.0.json").variables()).isEmpty();
    }
}
