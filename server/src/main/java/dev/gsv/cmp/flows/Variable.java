package dev.gsv.cmp.flows;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/**
 * A value that a flow needs from outside, section 3.3 of the langflow contract.
 *
 * @param kind {@code Credential} or {@code Generic}, Langflow's own words
 * @param givenBy who has to give it; the platform gives the key of its own model server
 * @param nodes the places that use it
 */
public record Variable(String name, String kind, Giver givenBy, List<Use> nodes) {
    static final String CREDENTIAL = "Credential";
    static final String GENERIC = "Generic";

    /** Who gives the value. */
    public enum Giver {
        SELLER,
        BUYER,
        PLATFORM;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One field that uses the value. */
    public record Use(String node, String nodeName, String field) {}

    public Variable {
        nodes = List.copyOf(nodes);
    }
}
