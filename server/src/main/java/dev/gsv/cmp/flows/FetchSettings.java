package dev.gsv.cmp.flows;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Where flows may go on the network: {@code CMP_FLOW_HOSTS}, names separated by commas.
 *
 * @param hosts names that stand, each with the names below it, for all that flows may reach; empty means every public
 *     address. {@code none} is a name that nobody has
 * @param inside {@code name:port} of servers that flows may reach although their address is not public
 */
@Component
record FetchSettings(List<String> hosts, List<String> inside) {
    private static final List<Integer> PORTS = List.of(80, 443, 8080, 8443);

    FetchSettings {
        hosts = List.copyOf(hosts);
        inside = List.copyOf(inside);
    }

    @Autowired
    FetchSettings(Environment environment) {
        this(listed(environment, false), listed(environment, true));
    }

    private static List<String> listed(Environment environment, boolean withPort) {
        return Arrays.stream(environment.getProperty("CMP_FLOW_HOSTS", "").split(",", -1))
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .filter(host -> !host.isEmpty() && host.contains(":") == withPort)
                .toList();
    }

    boolean allows(String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        boolean listed =
                hosts.isEmpty() || hosts.stream().anyMatch(each -> name.equals(each) || name.endsWith("." + each));
        return inside(host, port) || listed && PORTS.contains(port);
    }

    /** Whether the operator named this very server. */
    boolean inside(String host, int port) {
        return inside.contains(host.toLowerCase(Locale.ROOT) + ":" + port);
    }
}
