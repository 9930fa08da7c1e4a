package dev.gsv.cmp.orgs;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an API key may be used for; an endpoint that is open to keys names the one it demands ({@link Needs#keys}). A
 * key has them from its creation on and never gets another one.
 */
public enum Scope {
    /** Running the instance: what costs credit. */
    RUNS_CREATE("runs:create"),
    /** Reading runs, with what was asked and answered. */
    RUNS_READ("runs:read"),
    /** Reading what a run used and cost, without its content. */
    USAGE_READ("usage:read"),
    /** Reading the instance itself: what it is, its configuration, what it may do. */
    MODELS_READ("models:read");

    /** What keys had before scopes were checked: it stands for all of them. */
    private static final String OLD = "runs";

    private final String text;

    Scope(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /** Every scope: what a key has that was not asked for less. */
    public static List<String> all() {
        return Arrays.stream(values()).map(Scope::text).toList();
    }

    public static Optional<Scope> of(String text) {
        return Arrays.stream(values()).filter(scope -> scope.text.equals(text)).findFirst();
    }

    /** True when these names, as a key has them, hold this scope. An unknown name is worth nothing. */
    boolean in(Set<String> names) {
        return names.contains(text) || names.contains(OLD);
    }

    /** The names of all scopes in one sentence. */
    public static String listed() {
        return all().stream().collect(Collectors.joining(", "));
    }
}
