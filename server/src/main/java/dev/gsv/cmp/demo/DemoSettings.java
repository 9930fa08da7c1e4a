package dev.gsv.cmp.demo;

import dev.gsv.cmp.kit.CannotStart;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Whether this installation gets a demo (ADR 0008).
 *
 * @param wanted {@code CMP_DEMO}: {@code true}, {@code false}, or empty when nobody said
 * @param embedded whether the database is this node's own
 * @param ownIssuer whether people sign in at the embedded issuer
 * @param folder {@code CMP_DATA}
 * @param adminRole the realm role that makes an operator
 */
@Component
record DemoSettings(String wanted, boolean embedded, boolean ownIssuer, Path folder, String adminRole) {
    DemoSettings {
        if (!wanted.isEmpty() && !wanted.equals("true") && !wanted.equals("false")) {
            throw new CannotStart("CMP_DEMO is '" + wanted + "'.", "Set it to true or false, or unset it.");
        }
    }

    @Autowired
    DemoSettings(Environment environment) {
        this(
                environment.getProperty("CMP_DEMO", "").strip(),
                environment.getProperty("cmp.database.url", "").isBlank(),
                environment.getProperty("cmp.access.issuer", "").isBlank(),
                Path.of(environment.getProperty("cmp.data", "data")),
                environment.getProperty("cmp.access.admin-role", "cmp-admin"));
    }

    /** A database of somebody's own, or people of another issuer, get demo users only when asked for. */
    boolean on() {
        return wanted.equals("true") || (wanted.isEmpty() && embedded && ownIssuer);
    }
}
