package dev.gsv.cmp.quotas;

import static dev.gsv.cmp.orgs.Need.OPERATOR;

import dev.gsv.cmp.orgs.Needs;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Health of quotas (section 9.7 of the quotas contract). */
@RestController
@RequestMapping(Desk.BASE)
class QuotaHealthApi {

    private static final Logger LOG = LoggerFactory.getLogger(QuotaHealthApi.class);

    record Health(String status, String service, String postgresql, String redis) {}

    private final QuotaCaches caches;

    QuotaHealthApi(QuotaCaches caches) {
        this.caches = caches;
    }

    /** 200 when the storage answers, else 503. */
    @GetMapping("/health")
    @Needs(OPERATOR)
    @ApiResponse(responseCode = "200")
    @ApiResponse(responseCode = "503", description = "The storage does not answer")
    ResponseEntity<Health> health() {
        return caches.storageAnswers() ? ResponseEntity.ok(health("ok", "ready")) : down();
    }

    /** Without storage not even the caller can be looked up. They get in nowhere, and are told what they asked. */
    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ResponseEntity<Health> unreachable(RuntimeException e) {
        LOG.warn("nobody can be asked for health: {}", e.getMessage());
        return down();
    }

    private static ResponseEntity<Health> down() {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).body(health("error", "not reachable"));
    }

    private static Health health(String status, String postgresql) {
        return new Health(status, "control_plane", postgresql, "not configured");
    }
}
