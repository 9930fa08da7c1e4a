package dev.gsv.cmp.kit;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.swagger.v3.oas.annotations.Hidden;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** The numbers of this node in Prometheus' formats. Ours, so that no endpoint of the framework's is served. */
@RestController
@Hidden
class MetricsApi {
    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final String TEXT = "text/plain";

    private final PrometheusMeterRegistry registry;

    MetricsApi(PrometheusMeterRegistry registry) {
        this.registry = registry;
    }

    /** OpenMetrics for those who ask for it, Prometheus' text for everyone else. */
    @GetMapping("/metrics")
    @Open(because = "Prometheus scrapes inside the cluster, and the numbers name no organization")
    ResponseEntity<String> metrics(@RequestHeader(name = HttpHeaders.ACCEPT, defaultValue = TEXT) String accept) {
        boolean open = accept.contains(OPEN_METRICS);
        String type = open ? OPEN_METRICS + "; version=1.0.0; charset=utf-8" : TEXT + "; version=0.0.4; charset=utf-8";
        return ResponseEntity.ok().header(HttpHeaders.CONTENT_TYPE, type).body(registry.scrape(open ? type : TEXT));
    }
}
