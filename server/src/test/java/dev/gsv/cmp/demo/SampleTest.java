package dev.gsv.cmp.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.catalog.Capabilities;
import dev.gsv.cmp.catalog.Kind;
import dev.gsv.cmp.catalog.Version;
import dev.gsv.cmp.catalog.VersionStatus;
import dev.gsv.cmp.flows.Finding;
import dev.gsv.cmp.flows.FlowCheck;
import dev.gsv.cmp.flows.FlowReport;
import dev.gsv.cmp.kit.Json;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sample offerings as files: sound, complete, and as section 12 of the control plane contract names them. */
class SampleTest {

    /** Sections 12.4 and 12.5. */
    private static final Map<String, String> CATEGORIES = Map.of(
            "customer-support-agent", "agent",
            "code-review-agent", "agent",
            "slack-integration", "app",
            "general-knowledge", "assistant",
            "email-responder", "automation",
            "knowledge-base-agent", "agent");

    record Skus(List<Product> products) {}

    record Product(
            String sku,
            String name,
            String kind,
            @Nullable String offering,
            @Nullable String plan,
            @Nullable Long credits,
            long priceCents,
            String currency) {}

    static List<Sample> samples() {
        return Sample.all();
    }

    @Test
    void there_are_the_six_of_the_contract_in_their_categories() {
        assertThat(samples().stream()
                        .collect(Collectors.toMap(
                                sample -> sample.card().slug(),
                                sample -> sample.card().category())))
                .isEqualTo(CATEGORIES);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void its_flow_passes_every_check_and_runs_natively(Sample sample) {
        FlowReport report = FlowCheck.check(sample.flow());
        // An automation is no chat, and the check rightly mentions it.
        boolean chat = !sample.card().category().equals("automation");
        assertThat(report.findings().stream().map(Finding::code))
                .containsExactlyElementsOf(chat ? List.of() : List.of(Finding.Code.NO_CHAT_INPUT));
        assertThat(report.valid()).isTrue();
        assertThat(report.runtime()).isEqualTo(FlowReport.NATIVE);
        assertThat(report.variables()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void its_flow_brings_no_code_and_has_the_handles_of_the_editor(Sample sample) {
        var graph = Json.mapper().readTree(sample.flow()).path("data");
        assertThat(graph.path("nodes").valueStream())
                .allSatisfy(
                        node -> assertThat(node.at("/data/node/template/code").isMissingNode())
                                .isTrue());
        assertThat(graph.path("edges").valueStream()).isNotEmpty().allSatisfy(edge -> {
            String handle = edge.path("sourceHandle").asString().replace('œ', '"');
            assertThat(Json.mapper().readTree(handle)).isEqualTo(edge.at("/data/sourceHandle"));
            handle = edge.path("targetHandle").asString().replace('œ', '"');
            assertThat(Json.mapper().readTree(handle)).isEqualTo(edge.at("/data/targetHandle"));
        });
    }

    @ParameterizedTest
    @MethodSource("samples")
    void it_shows_three_questions_and_its_documents_hold_their_answers(Sample sample) {
        assertThat(sample.card().exampleQuestions()).hasSize(3);
        String all = sample.documents().stream().map(Sample.Document::text).collect(Collectors.joining("\n"));
        assertThat(sample.card().exampleQuestions())
                .allSatisfy(example -> assertThat(all).contains(example.hint()));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void it_can_be_tried_without_money_and_has_one_default_plan(Sample sample) {
        List<Sample.Plan> plans = sample.card().plans();
        assertThat(plans.stream().filter(Sample.Plan::isTrial)).singleElement().satisfies(trial -> {
            assertThat(trial.priceCents()).isZero();
            assertThat(trial.priceCredits()).isZero();
            assertThat(trial.isDefault()).isFalse();
        });
        assertThat(plans.stream().filter(Sample.Plan::isDefault)).hasSize(1);
        assertThat(plans).allSatisfy(plan -> assertThat(plan.monthlyQuota()).isPositive());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void it_says_that_no_language_model_answers(Sample sample) {
        assertThat(sample.card().description()).contains("cmp/extractive", "no language model");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void its_defaults_fit_the_schemas_of_its_capabilities(Sample sample) {
        Sample.Version version = sample.card().version();
        Capabilities capabilities = Harness.shared().bean(Capabilities.class);
        Set<String> known = capabilities.registry().capabilities().stream()
                .map(Capabilities.Capability::id)
                .collect(Collectors.toSet());
        assertThat(known).containsAll(version.capabilities());
        Version whole = new Version(
                UUID.randomUUID(),
                UUID.randomUUID(),
                version.label(),
                null,
                "0".repeat(64),
                0,
                version.capabilities(),
                version.defaults(),
                null,
                VersionStatus.DRAFT,
                true,
                FlowReport.NATIVE,
                null,
                Instant.EPOCH,
                Instant.EPOCH);
        Kind kind = Kind.valueOf(sample.card().category().toUpperCase(Locale.ROOT));
        assertThat(capabilities.schema(whole, kind).findings(version.defaults()))
                .isEmpty();
    }

    @Test
    void the_shop_sells_what_section_12_5_lists_and_each_plan_has_its_price() {
        Skus skus = Json.mapper().readValue(Sample.bytes("skus.json"), Skus.class);
        assertThat(skus.products().stream().collect(Collectors.toMap(Product::sku, Product::priceCents)))
                .isEqualTo(Map.of(
                        "CSA-BASIC", 1999L,
                        "CSA-PRO", 4999L,
                        "KBA-BASIC", 2999L,
                        "KBA-PRO", 7999L,
                        "CREDITS-100", 1000L,
                        "CREDITS-500", 4000L));
        assertThat(skus.products()).allSatisfy(product -> {
            assertThat(product.currency()).isEqualTo("usd");
            String offering = product.offering();
            if (offering == null) {
                assertThat(product.sku()).isEqualTo("CREDITS-" + product.credits());
            } else {
                assertThat(Sample.read(offering).card().plans()).anySatisfy(plan -> {
                    assertThat(plan.slug()).isEqualTo(product.plan());
                    assertThat(plan.priceCents()).isEqualTo(product.priceCents());
                });
            }
        });
    }

    @Test
    void offerings_without_a_price_of_their_own_have_the_template_of_section_12_3() {
        for (Sample sample : samples()) {
            if (!Set.of("customer-support-agent", "knowledge-base-agent")
                    .contains(sample.card().slug())) {
                assertThat(sample.card().plans().stream()
                                .filter(plan -> !plan.isTrial())
                                .map(plan -> plan.name() + " " + plan.priceCents() + " " + plan.monthlyQuota()))
                        .containsExactly("Starter 2900 1000", "Professional 9900 10000", "Enterprise 29900 100000");
            }
        }
    }
}
