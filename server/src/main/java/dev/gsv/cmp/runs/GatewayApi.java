package dev.gsv.cmp.runs;

import static dev.gsv.cmp.orgs.Need.MEMBER;
import static dev.gsv.cmp.orgs.Scope.RUNS_CREATE;

import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.Open;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The only entrance for execution (section 7.4 of the control plane contract). */
@RestController
@RequestMapping("/v1")
class GatewayApi {

    record Output(String text, JsonNode data) {}

    /** @param status {@code settled} or {@code pending_reconciliation} */
    record Billing(Credits debited, Credits balance, String status) {}

    record Reply(UUID runId, Output output, Run.Used usage, Billing billing) {}

    record Invocation(
            @Nullable String input,
            @Nullable String sessionId,
            @Nullable JsonNode tweaks) {}

    record InvocationUsage(long inputTokens, long outputTokens, long elapsedMs) {}

    record Invoked(String output, @Nullable String sessionId, UUID requestId, InvocationUsage usage) {}

    record Health(String status, String controlPlane, String runner) {}

    private static final String RUN = "runs.run";
    private static final String INVOKE = "runs.invoke";

    private final Runs runs;

    GatewayApi(Runs runs) {
        this.runs = runs;
    }

    @PostMapping("/runs")
    @Needs(value = MEMBER, keys = RUNS_CREATE)
    ResponseEntity<Reply> run(Caller caller, Call call, @RequestBody Asked body) {
        Ask ask = body.ask(caller);
        return runs.run(caller, ask, key(RUN, caller, call, ask, body.clientRun()), call.hash(), GatewayApi::reply);
    }

    private static Reply reply(Runs.Answered run) {
        Run.Billing paid = run.billing();
        Credits balance = paid.balance();
        return new Reply(
                run.run(),
                new Output(run.outcome().text(), run.outcome().data()),
                Ending.used(run.outcome().usage()),
                new Billing(paid.debited(), balance == null ? Credits.ZERO : balance, paid.status()));
    }

    /** An API key names the instance; the answer is the shorter form of {@code /v1/runs}. */
    @PostMapping("/invoke")
    @Needs(value = MEMBER, keys = RUNS_CREATE)
    ResponseEntity<Invoked> invoke(Caller caller, Call call, @RequestBody Invocation body) {
        Ask ask = Asked.invoke(caller, body.input(), body.sessionId(), body.tweaks());
        return runs.run(
                caller,
                ask,
                key(INVOKE, caller, call, ask, null),
                call.hash(),
                run -> new Invoked(
                        run.outcome().text(),
                        body.sessionId(),
                        run.run(),
                        new InvocationUsage(
                                run.outcome().usage().llmTokensIn(),
                                run.outcome().usage().llmTokensOut(),
                                run.elapsed().toMillis())));
    }

    /** The caller's key, else the one that section 6 derives from the caller's own name of the run. */
    private static Opened.@Nullable Key key(
            String operation, Caller caller, Call call, Ask ask, @Nullable String clientRun) {
        if (call.key().isPresent()) {
            return Opened.Key.of(operation, call.key().get());
        }
        if (clientRun == null) {
            return null;
        }
        String derived = "ui:" + caller.subject() + ":" + ask.instance() + ":" + clientRun;
        return Opened.Key.of(
                operation, derived.length() <= Call.MAX_KEY_LENGTH ? derived : "ui:" + Json.sha256(derived));
    }

    @GetMapping("/health")
    @Open(because = "probes and status pages ask before anybody is signed in")
    ResponseEntity<Health> health() {
        boolean ready = runs.ready();
        return ResponseEntity.status(ready ? 200 : 503)
                .body(new Health(ready ? "ok" : "degraded", ready ? "ok" : "unavailable", "ok"));
    }
}
