package dev.gsv.cmp.instances;

import static dev.gsv.cmp.orgs.Need.MEMBER;
import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.VIEWER;

import dev.gsv.cmp.catalog.Offerings;
import dev.gsv.cmp.catalog.Review;
import dev.gsv.cmp.catalog.Reviews;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Member;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.Orgs;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Usage over HTTP, and reviews, which only users write. */
@RestController
@RequestMapping("/api/v1")
class UsageApi {

    /** What a report covers unless it says otherwise. */
    private static final int DEFAULT_DAYS = 30;

    /** Later ones are written with a sign and more than four digits, which the database does not read. */
    private static final int LAST_YEAR = 9999;

    /**
     * A review to be written.
     *
     * @param orgId who has used the offering; absent is the caller's first organization
     */
    record Opinion(
            @Nullable UUID orgId,
            @Nullable Integer stars,
            @Nullable String text) {}

    private final Instances instances;
    private final Usages usages;
    private final Offerings offerings;
    private final Reviews reviews;
    private final Orgs orgs;
    private final Clock clock;

    UsageApi(Instances instances, Usages usages, Offerings offerings, Reviews reviews, Orgs orgs, Clock clock) {
        this.instances = instances;
        this.usages = usages;
        this.offerings = offerings;
        this.reviews = reviews;
        this.orgs = orgs;
        this.clock = clock;
    }

    @GetMapping("/instances/{instance_id}/usage")
    @Needs({VIEWER, OPERATOR})
    Usages.Report usage(
            Caller caller,
            @PathVariable("instance_id") UUID instance,
            @RequestParam @Nullable String from,
            @RequestParam @Nullable String to,
            @RequestParam(name = "group_by") @Nullable String groupBy) {
        Instances.Entered entered = instances.enter(caller, instance);
        if (groupBy != null && !groupBy.equals("day")) {
            throw new KitProblem.Invalid("group_by", "must be day");
        }
        LocalDate last = to == null ? LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC) : day("to", to);
        LocalDate first = from == null ? last.minusDays(DEFAULT_DAYS) : day("from", from);
        return usages.usage(entered.member().org(), instance, first, last);
    }

    private static LocalDate day(String name, String text) {
        try {
            LocalDate day = text.indexOf('T') < 0
                    ? LocalDate.parse(text)
                    : LocalDate.ofInstant(Instant.parse(text), ZoneOffset.UTC);
            if (day.getYear() >= 1 && day.getYear() <= LAST_YEAR) {
                return day;
            }
        } catch (DateTimeException e) {
            // Said below.
        }
        throw new KitProblem.Invalid(name, "must be a day such as 2026-01-31, or a time in UTC");
    }

    @PostMapping("/offerings/{offering_id}/reviews")
    @ResponseStatus(HttpStatus.CREATED)
    @Needs(MEMBER)
    Review review(Caller caller, @PathVariable("offering_id") String offering, @RequestBody Opinion body) {
        UUID reviewed = offerings.shown(caller, offering).id();
        Member member =
                orgs.enter(caller, body.orgId() == null ? orgs.first(caller).value() : body.orgId());
        if (!usages.used(member.org(), reviewed)) {
            throw new KitProblem.PermissionDenied("Only who has run an offering reviews it: run it once first.");
        }
        return reviews.add(member.org(), member.subject(), reviewed, body.stars(), body.text());
    }
}
