package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Derives the values that a flow needs from outside. Options that nobody switched on are not asked for. */
final class Variables {
    private static final Pattern SECRET_NAME = Pattern.compile("(?i).*(?:key|token|secret|password|credential).*");
    private static final int MAX = 200;

    private record Wanted(String kind, Variable.Giver giver, List<Variable.Use> uses) {}

    private final Shown shown;
    private final Set<String> unsupported;
    private final Map<String, Wanted> wanted = new LinkedHashMap<>();

    private Variables(Shown shown, Set<String> unsupported) {
        this.shown = shown;
        this.unsupported = unsupported;
    }

    static List<Variable> of(Flow flow, Shown shown) {
        Variables variables =
                new Variables(shown, ComponentCheck.unsupported(flow).keySet());
        for (Flow.Node node : flow.nodes()) {
            node.fields().values().forEach(field -> variables.field(node, field));
        }
        List<Variable> result = new ArrayList<>();
        variables.wanted.forEach(
                (name, needed) -> result.add(new Variable(name, needed.kind(), needed.giver(), needed.uses())));
        return result.stream().limit(MAX).toList();
    }

    private void field(Flow.Node node, Flow.Field field) {
        String text = field.text().strip();
        boolean names = field.loadFromDb() ? Secrets.variableName(text) : Secrets.conventionalName(text);
        if (!text.isEmpty() && names && (field.loadFromDb() || field.password())) {
            want(shown.text(text), kind(field, text), giver(node, field), node, field);
        } else if (field.password() && text.isEmpty() && field.show() && field.required() && !field.loadFromDb()) {
            want(made(node, field), Variable.CREDENTIAL, giver(node, field), node, field);
        } else if (field.type().equals("model")) {
            model(node, field);
        }
    }

    /** A chosen model needs its provider's key. */
    private void model(Flow.Node node, Flow.Field field) {
        JsonNode chosen = field.value().isArray() ? field.value().path(0) : field.value();
        String provider = Flow.text(chosen.path("provider")).strip();
        if (provider.isEmpty() || provider.equalsIgnoreCase("cmp")) {
            return;
        }
        String key = provider.equalsIgnoreCase("Google Generative AI") ? "Google" : provider;
        want(
                shown.text(upper(key) + "_API_KEY"),
                Variable.CREDENTIAL,
                unsupported.contains(node.id()) ? Variable.Giver.SELLER : Variable.Giver.PLATFORM,
                node,
                field);
    }

    private void want(String name, String kind, Variable.Giver giver, Flow.Node node, Flow.Field field) {
        Variable.Use use =
                new Variable.Use(shown.text(node.id()), shown.text(node.displayName()), shown.text(field.name()));
        Wanted already = wanted.get(name);
        if (already == null) {
            wanted.put(name, new Wanted(kind, giver, new ArrayList<>(List.of(use))));
            return;
        }
        if (!already.uses().contains(use)) {
            already.uses().add(use);
        }
        if (already.giver() == Variable.Giver.PLATFORM && giver != Variable.Giver.PLATFORM) {
            wanted.put(name, new Wanted(already.kind(), giver, already.uses()));
        }
    }

    /** The platform's model server answers for model nodes that CMP executes; everything else is the seller's. */
    private Variable.Giver giver(Flow.Node node, Flow.Field field) {
        boolean ownModel = Components.asks(node) && !unsupported.contains(node.id());
        return ownModel && kind(field, field.name()).equals(Variable.CREDENTIAL)
                ? Variable.Giver.PLATFORM
                : Variable.Giver.SELLER;
    }

    private static String kind(Flow.Field field, String name) {
        return field.password() || SECRET_NAME.matcher(name).matches() ? Variable.CREDENTIAL : Variable.GENERIC;
    }

    private String made(Flow.Node node, Flow.Field field) {
        return shown.text(upper(node.displayName()) + "_" + upper(field.name()));
    }

    private static String upper(String text) {
        return text.strip().replaceAll("[^\\p{L}\\p{N}]+", "_").toUpperCase(Locale.ROOT);
    }
}
