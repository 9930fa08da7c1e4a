package dev.gsv.cmp.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.gsv.cmp.kit.KitProblem;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The four kinds of product. Stored singular, shown plural, both accepted (decision C-28). */
public enum Kind {
    AGENT,
    APP,
    ASSISTANT,
    AUTOMATION;

    /** As it is stored: {@code agent}. */
    public String stored() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As it is shown, and the slug of its category: {@code agents}. */
    @JsonValue
    public String shown() {
        return stored() + "s";
    }

    /**
     * Reads either spelling, in any case.
     *
     * @throws KitProblem.Invalid when it is none of the four (400)
     */
    @JsonCreator
    public static Kind parse(String text) {
        return read(text)
                .orElseThrow(() ->
                        new KitProblem.Invalid("category", "must be one of agents, apps, assistants, automations"));
    }

    /** Reads either spelling, in any case; empty when it is none of the four. */
    static Optional<Kind> read(String text) {
        String wanted = text.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(kind -> wanted.equals(kind.stored()) || wanted.equals(kind.shown()))
                .findFirst();
    }
}
