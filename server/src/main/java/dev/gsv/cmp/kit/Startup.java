package dev.gsv.cmp.kit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Says that the node is ready, where it is, and what the rooms add. */
@Component
final class Startup {
    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);

    private final ObjectProvider<Welcome> rooms;
    private final Version version;
    private final boolean person;
    private int port;

    /** @param person true when a person sees the output, which {@code ./cmp up} finds out; else it is a log */
    Startup(ObjectProvider<Welcome> rooms, Version version, @Value("${cmp.terminal:false}") boolean person) {
        this.rooms = rooms;
        this.version = version;
        this.person = person;
    }

    @EventListener
    void listening(WebServerInitializedEvent event) {
        port = event.getWebServer().getPort();
    }

    /** Last of all listeners, so that a seed which runs at the same event has finished. */
    @EventListener
    @Order(Ordered.LOWEST_PRECEDENCE)
    void ready(ApplicationReadyEvent event) {
        String address = "http://localhost:" + port;
        List<String> lines = new ArrayList<>();
        lines.add("CMP " + version.number() + " is at " + address);
        lines.add("");
        lines.add("  API      " + address + "/api/docs/");
        lines.add("  health   " + address + "/health");
        lines.add("  metrics  " + address + "/metrics");
        rooms.orderedStream().forEach(room -> lines.addAll(room.lines(person)));
        lines.add("");
        lines.add("Ready in " + seconds(event.getTimeTaken()) + " s. Ctrl-C stops it.");
        LOG.info("\n\n{}\n", String.join("\n", lines));
    }

    private static String seconds(@Nullable Duration time) {
        return time == null ? "?" : String.format(Locale.ROOT, "%.1f", time.toMillis() / 1000.0);
    }
}
