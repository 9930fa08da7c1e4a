package dev.gsv.cmp.kit;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells probes and people whether this node is ready. */
@RestController
class HealthApi {
    private final Readiness readiness;

    HealthApi(Readiness readiness) {
        this.readiness = readiness;
    }

    /** Answer of {@code /health}; each value is up, pending or down. */
    record Health(String status, Map<String, String> checks) {}

    /** 200 when everything is up, 503 otherwise. */
    @GetMapping({"/health", "/api/v1/health"})
    @Open(because = "probes carry no credential, and the answer names no one")
    ResponseEntity<Health> health() {
        Map<String, Readiness.State> checks = readiness.checks();
        Map<String, String> written = new LinkedHashMap<>();
        checks.forEach((name, state) -> written.put(name, state.name().toLowerCase(Locale.ROOT)));
        boolean down = checks.containsValue(Readiness.State.DOWN);
        boolean pending = checks.containsValue(Readiness.State.PENDING);
        String status = down ? "down" : pending ? "pending" : "up";
        return ResponseEntity.status(down || pending ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK)
                .cacheControl(CacheControl.noStore())
                .body(new Health(status, written));
    }
}
