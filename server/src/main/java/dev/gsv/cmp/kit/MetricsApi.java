package dev.gsv.cmp.kit;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** The numbers of this node in Prometheus' formats. A controller of ours, so that no other actuator endpoint is served. */
@RestController
class MetricsApi {
    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final String TEXT = "text/plain";

    private final PrometheusMeterRegistry registry;

    MetricsApi(PrometheusMeterRegistry registry) {
        this.registry = registry;
    }

    /** OpenMetrics for those who ask for it, Prometheus' text for everyone else. */
    @GetMapping({"/metrics", "/metrics/"})
    ResponseEntity<String> metrics(@RequestHeader(name = HttpHeaders.ACCEPT, defaultValue = TEXT) String accept) {
        boolean open = accept.contains(OPEN_METRICS);
        String type = open ? OPEN_METRICS + "; version=1.0.0; charset=utf-8" : TEXT + "; version=0.0.4; charset=utf-8";
        return ResponseEntity.ok().header(HttpHeaders.CONTENT_TYPE, type).body(registry.scrape(open ? type : TEXT));
    }
}
