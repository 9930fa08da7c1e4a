package dev.gsv.cmp.kit;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What this node does, from {@code CMP_ROLES}: the same jar serves everything on a laptop and one part in a cluster.
 *
 * @param roles never empty; unset means all
 */
@ConfigurationProperties("cmp")
public record NodeRoles(@DefaultValue("") List<String> roles) {

    /** A part of the platform that can be scaled on its own. */
    public enum Role {
        /** The control plane's HTTP surface, {@code /api/**}. */
        API,
        /** The gateway's HTTP surface, {@code /v1/**}. */
        GATEWAY,
        /** Turns paid orders into instances. */
        PROVISIONER,
        /** Scheduled and queued work. */
        WORKER,
        /** The web application's files. */
        WEB
    }

    public NodeRoles {
        List<String> named = roles.stream()
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        Set<Role> known = EnumSet.noneOf(Role.class);
        named.forEach(name -> known.add(role(name)));
        if (known.isEmpty()) {
            Collections.addAll(known, Role.values());
        }
        roles = known.stream().map(NodeRoles::name).toList();
    }

    /** Whether this node does the work of {@code role}, as written in {@code CMP_ROLES}: {@code has("worker")}. */
    public boolean has(String role) {
        return has(role(role));
    }

    /** Whether this node does the work of {@code role}. */
    public boolean has(Role role) {
        return roles.contains(name(role));
    }

    private static String name(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    private static Role role(String name) {
        for (Role role : Role.values()) {
            if (name(role).equals(name.toLowerCase(Locale.ROOT))) {
                return role;
            }
        }
        throw new CannotStart(
                "CMP_ROLES names an unknown role: " + name + ".",
                "Use a list of api, gateway, provisioner, worker, web; or leave it unset for all of them.");
    }
}
