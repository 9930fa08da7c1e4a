package dev.gsv.cmp.quotas;

import static dev.gsv.cmp.orgs.Need.OPERATOR;

import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.orgs.Needs;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What nodes remember of quotas (section 9.7 of the quotas contract). */
@RestController
@RequestMapping(Desk.BASE)
class ControlPlaneApi {

    /** @param entries how many this node forgot; the others forget theirs as well */
    record Cleared(String status, String message, long entries) {}

    private final QuotaCaches caches;
    private final Desk desk;

    ControlPlaneApi(QuotaCaches caches, Desk desk) {
        this.caches = caches;
        this.desk = desk;
    }

    @PostMapping("/clear-cache")
    @Needs(OPERATOR)
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Cleared> clear(Call call) {
        return desk.once(call, "quotas.clear", () -> {
            long gone = caches.clear();
            return new Cleared(Desk.OK, "Forgot " + gone + " entries; all nodes forget theirs", gone);
        });
    }
}
