package dev.gsv.cmp.runs;

import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.SERVICE;
import static dev.gsv.cmp.orgs.Need.VIEWER;
import static dev.gsv.cmp.orgs.Scope.RUNS_READ;
import static dev.gsv.cmp.orgs.Scope.USAGE_READ;

import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Runs that were, over HTTP. */
@RestController
@RequestMapping("/api/v1")
class RunApi {

    record UsageReport(UUID runId, Run.@Nullable Used usage, Run.Billing billing) {}

    private final Runs runs;

    RunApi(Runs runs) {
        this.runs = runs;
    }

    @GetMapping("/runs/{run_id}")
    @Needs(
            value = {VIEWER, SERVICE, OPERATOR},
            keys = RUNS_READ)
    Run get(Caller caller, @PathVariable("run_id") UUID run) {
        return runs.find(caller, run);
    }

    @GetMapping("/runs/{run_id}/usage")
    @Needs(
            value = {VIEWER, SERVICE, OPERATOR},
            keys = USAGE_READ)
    UsageReport usage(Caller caller, @PathVariable("run_id") UUID run) {
        Run found = runs.find(caller, run);
        return new UsageReport(found.runId(), found.usage(), found.billing());
    }

    /** Newest first. */
    @GetMapping("/instances/{instance_id}/runs")
    @Needs({VIEWER, SERVICE, OPERATOR})
    Page<Run> list(
            Caller caller,
            @PathVariable("instance_id") UUID instance,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        return runs.list(caller, instance, Page.Slice.of(limit, offset));
    }
}
