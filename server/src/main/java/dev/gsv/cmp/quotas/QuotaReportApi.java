package dev.gsv.cmp.quotas;

import static dev.gsv.cmp.orgs.Need.OPERATOR;

import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.Needs;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The operator's reports on grants (section 12 of the quotas contract). */
@RestController
@RequestMapping(Desk.BASE + "/reports")
class QuotaReportApi {

    private static final long SOON_DAYS = 7;
    private static final Duration WITHOUT_FROM = Duration.ofDays(30);

    record Listed(String status, int count, List<GrantSeen> credits) {}

    /** What was paid for grants; each purchase counts once, whether its grant still holds or not. */
    record Revenue(
            String status,
            Instant from,
            Instant to,
            long purchases,
            Usd totalUsd,
            @Nullable Usd averageUsd) {}

    private final Replenishments grants;
    private final Desk desk;

    QuotaReportApi(Replenishments grants, Desk desk) {
        this.grants = grants;
        this.desk = desk;
    }

    @GetMapping("/active-credits")
    @Needs(OPERATOR)
    Listed active(
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        return listed(
                desk.named(tenant, project),
                grants.ending(desk.place(tenant, project), null, Listing.of(limit, offset)));
    }

    @GetMapping("/expiring")
    @Needs(OPERATOR)
    Listed expiring(
            @RequestParam @Nullable Long days,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        Findings findings = new Findings();
        long within = findings.within("days", days, 1, Given.MAX_DAYS, SOON_DAYS);
        findings.refuse();
        return listed(
                desk.named(tenant, project),
                grants.ending(desk.place(tenant, project), within, Listing.of(limit, offset)));
    }

    private Listed listed(Place named, List<Grant> found) {
        Instant now = grants.now();
        return new Listed(
                Desk.OK,
                found.size(),
                found.stream().map(grant -> GrantSeen.of(grant, named, now)).toList());
    }

    /** Days are UTC days; {@code to} as a day is included. */
    @GetMapping("/revenue")
    @Needs(OPERATOR)
    Revenue revenue(
            @RequestParam @Nullable String from,
            @RequestParam @Nullable String to,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project) {
        Instant end = to == null ? grants.now() : time("to", to, true);
        Instant start = from == null ? end.minus(WITHOUT_FROM) : time("from", from, false);
        ReplenishmentStore.Revenue paid = grants.revenue(desk.place(tenant, project), start, end);
        Long total = paid.sumMicros();
        return new Revenue(
                Desk.OK,
                start,
                end,
                paid.purchases(),
                new Usd(total == null ? 0 : total),
                Usd.of(paid.averageMicros()));
    }

    private static Instant time(String path, String text, boolean end) {
        try {
            if (text.indexOf('T') >= 0) {
                return Instant.parse(text);
            }
            LocalDate day = LocalDate.parse(text);
            return (end ? day.plusDays(1) : day).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw new KitProblem.Invalid(path, "is neither a day nor a time");
        }
    }
}
