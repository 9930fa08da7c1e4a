package dev.gsv.cmp.instances;

import dev.gsv.cmp.catalog.Capabilities;
import dev.gsv.cmp.catalog.Capabilities.Section;
import dev.gsv.cmp.catalog.ConfigSchema.Finding;
import dev.gsv.cmp.catalog.Kind;
import dev.gsv.cmp.catalog.Offerings;
import dev.gsv.cmp.catalog.Plan;
import dev.gsv.cmp.catalog.PlanChanged;
import dev.gsv.cmp.catalog.Plans;
import dev.gsv.cmp.catalog.Version;
import dev.gsv.cmp.catalog.Versions;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The configuration of instances: overrides by part, entitlements, and what follows from a changed plan (section 5).
 */
@Service
public class Configs {

    private static final String OVERRIDES = "overrides";
    /** How many instances follow a changed plan with one look at the table. */
    private static final int PORTION = 500;

    private final Instances instances;
    private final InstanceStore store;
    private final ConfigRules rules;
    private final Capabilities capabilities;
    private final Versions versions;
    private final Plans plans;
    private final Offerings offerings;

    Configs(
            Instances instances,
            InstanceStore store,
            ConfigRules rules,
            Capabilities capabilities,
            Versions versions,
            Plans plans,
            Offerings offerings) {
        this.instances = instances;
        this.store = store;
        this.rules = rules;
        this.capabilities = capabilities;
        this.versions = versions;
        this.plans = plans;
        this.offerings = offerings;
    }

    /**
     * The configuration for one run with tweaks laid over it; nothing is stored.
     *
     * @throws InstancesProblem.ConfigInvalid when a tweak is not allowed by the config schema (422)
     */
    public JsonNode tweaked(Instances.Runnable target, JsonNode tweaks) {
        ObjectNode wanted = EffectiveConfig.object(tweaks);
        Version version = versions.version(target.version());
        Plan plan = plans.plan(target.plan());
        List<Finding> findings =
                rules.findings(version, offerings.offering(target.offering()).category(), plan, wanted);
        if (!tweaks.isObject() || !findings.isEmpty()) {
            throw new InstancesProblem.ConfigInvalid(
                    tweaks.isObject()
                            ? findings.stream().map(Finding::detail).toList()
                            : List.of(new Problem.Detail("tweaks", "must be an object")));
        }
        return EffectiveConfig.merge(target.effectiveConfig(), wanted);
    }

    /**
     * The configuration of an instance.
     *
     * @param details overrides that have no effect, and why
     */
    public record Config(
            int configVersion, JsonNode overrides, JsonNode effectiveConfig, List<Problem.Detail> details) {

        static Config of(Instance instance) {
            return new Config(
                    instance.configVersion(), instance.overrides(), instance.effectiveConfig(), instance.details());
        }
    }

    /** Puts the named parts in the place of what was there: all overrides, or single sections. */
    @Transactional
    public Config replace(OrgId org, UUID instance, JsonNode body) {
        ObjectNode wanted = EffectiveConfig.object(
                        instances.hold(org, instance, null).overrides())
                .deepCopy();
        ObjectNode asked = asked(body);
        if (asked.has(OVERRIDES)) {
            wanted = EffectiveConfig.object(asked.get(OVERRIDES)).deepCopy();
        }
        for (Map.Entry<String, JsonNode> part : asked.properties()) {
            if (!part.getKey().equals(OVERRIDES)) {
                wanted.set(part.getKey(), part.getValue());
            }
        }
        // A null says that there is no such override.
        return stored(org, instance, EffectiveConfig.patched(EffectiveConfig.object(null), wanted));
    }

    /** Lays the named parts over what was there; a null removes an override. */
    @Transactional
    public Config patch(OrgId org, UUID instance, JsonNode body) {
        ObjectNode before =
                EffectiveConfig.object(instances.hold(org, instance, null).overrides());
        ObjectNode asked = asked(body);
        ObjectNode wanted = EffectiveConfig.patched(before, EffectiveConfig.object(asked.get(OVERRIDES)));
        asked.remove(OVERRIDES);
        return stored(org, instance, EffectiveConfig.patched(wanted, asked));
    }

    private Config stored(OrgId org, UUID instance, ObjectNode overrides) {
        return Config.of(instances.change(org, instance, new Instances.Change(null, overrides, null, null)));
    }

    /** The overrides and sections that a body names, well formed; at least one. */
    private ObjectNode asked(JsonNode body) {
        Findings findings = new Findings();
        findings.object("body", body, Instances.MAX_OVERRIDES_CHARACTERS);
        ObjectNode asked = JsonNodeFactory.instance.objectNode();
        List<String> sections =
                capabilities.registry().sections().stream().map(Section::id).toList();
        for (Map.Entry<String, JsonNode> part : body.properties()) {
            String name = part.getKey();
            if (!name.equals(OVERRIDES) && !sections.contains(name)) {
                continue;
            }
            if (!part.getValue().isObject() && !part.getValue().isNull()) {
                findings.shape(name, "must be an object");
            }
            asked.set(name, part.getValue());
        }
        if (asked.isEmpty()) {
            findings.shape(OVERRIDES, "is required, or one of " + String.join(", ", sections));
        }
        findings.refuse();
        return asked;
    }

    /** What an instance may use, and how much of it (decision C-53). */
    public record Entitlements(UUID instanceId, List<Entitlement> capabilities) {}

    /** One capability; plain limits of the plan apply to each, an object under its id to it alone. */
    public record Entitlement(String id, JsonNode limits) {}

    public Entitlements entitlements(Instance instance) {
        Plan plan = plans.plan(instance.planId());
        ObjectNode plain = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> limit : plan.limits().properties()) {
            if (capabilities.find(limit.getKey()).isEmpty() || !limit.getValue().isObject()) {
                plain.set(limit.getKey(), limit.getValue());
            }
        }
        if (plan.monthlyQuota() != null && !plain.has("requests_per_month")) {
            plain.put("requests_per_month", plan.monthlyQuota());
        }
        return new Entitlements(
                instance.id(),
                versions.version(instance.offeringVersionId()).capabilities().stream()
                        .map(id -> new Entitlement(
                                id,
                                EffectiveConfig.merge(
                                        plain,
                                        EffectiveConfig.object(plan.limits().get(id)))))
                        .toList());
    }

    /** The instances of a changed plan follow at once, in the same transaction. */
    @EventListener
    void follow(PlanChanged changed) {
        Plan plan = plans.plan(changed.plan());
        UUID after = new UUID(0, 0);
        for (List<Instance> some = store.ofPlan(plan.id(), after, PORTION);
                !some.isEmpty();
                some = store.ofPlan(plan.id(), after, PORTION)) {
            for (Instance instance : some) {
                follow(instance, plan);
            }
            after = some.getLast().id();
        }
    }

    private void follow(Instance instance, Plan plan) {
        Version version = versions.version(instance.offeringVersionId());
        Kind kind = instance.offeringVersion().offering().category();
        ObjectNode overrides = EffectiveConfig.object(instance.overrides());
        EffectiveConfig config = rules.effective(version, kind, plan, overrides);
        if (!config.document().equals(instance.effectiveConfig())) {
            store.configure(instance.orgId(), instance.id(), version.id(), plan.id(), overrides, config);
        }
    }
}
