package dev.gsv.cmp.instances;

import dev.gsv.cmp.catalog.Capabilities;
import dev.gsv.cmp.catalog.ConfigSchema;
import dev.gsv.cmp.catalog.ConfigSchema.Finding;
import dev.gsv.cmp.catalog.Kind;
import dev.gsv.cmp.catalog.Plan;
import dev.gsv.cmp.catalog.Version;
import dev.gsv.cmp.kit.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Which overrides are allowed, and what comes of them. Pure: it decides from what it is given. */
@Component
class ConfigRules {

    /** Removing what is wrong may show more that is wrong; after that many rounds no override counts. */
    private static final int MAX_ROUNDS = 3;

    private final Capabilities capabilities;

    ConfigRules(Capabilities capabilities) {
        this.capabilities = capabilities;
    }

    /** Everything that is wrong with the overrides; empty when they are allowed. */
    List<Finding> findings(Version version, Kind kind, Plan plan, ObjectNode overrides) {
        List<Finding> findings = new ArrayList<>();
        ObjectNode others = overrides;
        if (overrides.has(EffectiveConfig.LIMITS)) {
            findings.add(Finding.at(EffectiveConfig.LIMITS, "come from the plan and cannot be configured"));
            others = EffectiveConfig.without(overrides, List.of(EffectiveConfig.LIMITS));
        }
        ConfigSchema schema = capabilities.schema(version, kind);
        findings.addAll(schema.findings(others));
        findings.addAll(aboveLimits(version, plan, others));
        return findings;
    }

    /** A number that the plan limits under the same name may not be configured above that. */
    private static List<Finding> aboveLimits(Version version, Plan plan, ObjectNode overrides) {
        List<Finding> findings = new ArrayList<>();
        for (Map.Entry<String, JsonNode> override : overrides.properties()) {
            String name = override.getKey();
            if (!override.getValue().isNumber()) {
                continue;
            }
            limit(version, plan.limits(), name)
                    .filter(limit -> override.getValue().decimalValue().compareTo(limit.decimalValue()) > 0)
                    .ifPresent(limit ->
                            findings.add(Finding.at(name, "must be at most " + limit.asString() + " in this plan")));
        }
        return findings;
    }

    private static Optional<JsonNode> limit(Version version, JsonNode limits, String name) {
        List<JsonNode> places = new ArrayList<>(List.of(limits));
        version.capabilities().forEach(capability -> places.add(limits.path(capability)));
        return places.stream()
                .map(place -> place.path(name))
                .filter(JsonNode::isNumber)
                .findFirst();
    }

    /** The configuration of an instance; overrides that are not allowed have no effect and are reported. */
    EffectiveConfig effective(Version version, Kind kind, Plan plan, ObjectNode overrides) {
        List<Problem.Detail> inactive = new ArrayList<>();
        ObjectNode active = overrides;
        for (int round = 0; ; round++) {
            List<Finding> findings = findings(version, kind, plan, active);
            if (findings.isEmpty()) {
                break;
            }
            if (round == MAX_ROUNDS) {
                active = EffectiveConfig.without(active, List.of());
                break;
            }
            for (Finding finding : findings) {
                inactive.add(finding.detail());
                active = EffectiveConfig.without(active, finding.names());
            }
        }
        return new EffectiveConfig(
                EffectiveConfig.layered(
                        Objects.requireNonNull(version.defaults()), plan.defaults(), active, plan.limits()),
                List.copyOf(inactive));
    }
}
