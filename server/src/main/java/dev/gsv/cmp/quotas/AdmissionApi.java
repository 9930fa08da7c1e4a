package dev.gsv.cmp.quotas;

import static dev.gsv.cmp.orgs.Need.SERVICE;

import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.orgs.Needs;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Admissions for separate processes (section 5 of the quotas contract). The lock_id makes each call repeatable. */
@RestController
@RequestMapping("/api/v1/quotas/admissions")
class AdmissionApi {

    private static final long LONGEST_SECONDS = 86_400;

    /**
     * What is asked.
     *
     * @param estimatedTokens absent is 4000
     * @param lockTtlSec 1 to 86400, absent is 120
     */
    record Wanted(
            @Nullable String tenant,
            @Nullable String project,
            String userId,
            String userType,
            @Nullable String bundleId,
            String lockId,
            @Nullable Long estimatedTokens,
            @Nullable Long lockTtlSec) {}

    /** @param tokens for commit: what was used */
    record Step(
            @Nullable String tenant,
            @Nullable String project,
            @Nullable Long tokens,
            @Nullable Long lockTtlSec) {}

    record Snapshot(
            long reqDay, long reqMonth, long reqTotal, long tokHour, long tokDay, long tokMonth, long inFlight) {
        static Snapshot of(UserQuotas.Decision decision) {
            Used used = decision.used();
            boolean concurrency = decision.insight().violations().contains(Insight.CONCURRENCY);
            long inFlight = decision.allowed()
                    ? used.inFlight() + (decision.again() ? 0 : 1)
                    : concurrency ? used.inFlight() : 0;
            return new Snapshot(
                    used.requestsDay(),
                    used.requestsMonth(),
                    used.requestsTotal(),
                    used.tokensHour(),
                    used.tokensDay(),
                    used.tokensMonth(),
                    inFlight);
        }
    }

    /**
     * The answer to an admission, 200 in either case.
     *
     * @param effectivePolicy filled when a grant took part
     * @param insight filled when it is refused
     */
    record Admitted(
            boolean allowed,
            @Nullable String reason,
            @Nullable String lockId,
            Snapshot snapshot,
            boolean usedReplenishment,
            @Nullable Allowance effectivePolicy,
            @Nullable Insight insight) {}

    record Committed(String status, String lockId, long tokens) {}

    record Released(String status, String lockId, int released) {}

    record Renewed(String status, String lockId) {}

    private final Admissions admissions;
    private final Desk desk;

    AdmissionApi(Admissions admissions, Desk desk) {
        this.admissions = admissions;
        this.desk = desk;
    }

    @PostMapping
    @Needs(SERVICE)
    Admitted admit(@RequestBody Wanted body) {
        Findings findings = new Findings();
        String user = Given.id(findings, "user_id", body.userId());
        String type = Given.id(findings, "user_type", body.userType());
        String bundle = Given.bundle(findings, body.bundleId());
        String lock = Given.id(findings, "lock_id", body.lockId());
        long tokens =
                findings.within("estimated_tokens", body.estimatedTokens(), 0, Given.MAX_TOKENS, Ticket.DEFAULT_TOKENS);
        long seconds = findings.within("lock_ttl_sec", body.lockTtlSec(), 1, LONGEST_SECONDS, Ticket.DEFAULT_SECONDS);
        findings.refuse();
        UserQuotas.Decision decision = admissions.admit(
                desk.place(body.tenant(), body.project()),
                new QuotaUser(user, type, false),
                bundle,
                lock,
                tokens,
                seconds);
        boolean replenished = decision.allowed() && decision.insight().usedReplenishment();
        return new Admitted(
                decision.allowed(),
                decision.allowed() ? null : decision.insight().reason(),
                decision.allowed() ? lock : null,
                Snapshot.of(decision),
                replenished,
                replenished ? decision.ticket().effective().limits() : null,
                decision.allowed() ? null : decision.insight());
    }

    @PostMapping("/{lock_id}/commit")
    @Needs(SERVICE)
    Committed commit(@PathVariable("lock_id") String lock, @RequestBody Step body) {
        Findings findings = new Findings();
        Long given = findings.required("tokens", body.tokens(), 0L);
        long tokens = findings.within("tokens", given, 0, Given.MAX_TOKENS, 0);
        findings.refuse();
        return new Committed(Desk.OK, lock, admissions.commit(place(body), Given.id("lock_id", lock), tokens));
    }

    private Place place(@Nullable Step body) {
        return body == null ? desk.place(null, null) : desk.place(body.tenant(), body.project());
    }

    @PostMapping("/{lock_id}/release")
    @Needs(SERVICE)
    Released release(@PathVariable("lock_id") String lock, @RequestBody(required = false) @Nullable Step body) {
        return new Released(Desk.OK, lock, admissions.release(place(body), Given.id("lock_id", lock)));
    }

    @PostMapping("/{lock_id}/renew")
    @Needs(SERVICE)
    Renewed renew(@PathVariable("lock_id") String lock, @RequestBody(required = false) @Nullable Step body) {
        Findings findings = new Findings();
        long seconds = findings.within(
                "lock_ttl_sec", body == null ? null : body.lockTtlSec(), 1, LONGEST_SECONDS, Ticket.DEFAULT_SECONDS);
        findings.refuse();
        admissions.renew(place(body), Given.id("lock_id", lock), seconds);
        return new Renewed(Desk.OK, lock);
    }
}
