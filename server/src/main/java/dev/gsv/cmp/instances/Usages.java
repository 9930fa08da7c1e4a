package dev.gsv.cmp.instances;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Pipelines;
import dev.gsv.cmp.orgs.OrgId;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** How much instances were used, by UTC day (section 3.3 of the control plane contract). */
@Service
public class Usages {

    /** How many days one report covers. */
    public static final int MAX_DAYS = 366;

    private final UsageStore store;
    private final Pipelines pipelines;

    Usages(UsageStore store, Pipelines pipelines) {
        this.store = store;
        this.pipelines = pipelines;
    }

    /** What is added to one day of one instance. */
    public record Addition(OrgId org, UUID instance, LocalDate utcDay, Usage more) {}

    /** Adds to a day of an instance; joins the caller's transaction. */
    @Transactional
    public void add(OrgId org, UUID instance, LocalDate utcDay, Usage more) {
        add(List.of(new Addition(org, instance, utcDay, more)));
    }

    /** Adds to days of instances; joins the caller's transaction. */
    @Transactional
    public void add(List<Addition> additions) {
        Pipeline pipeline = pipelines.open();
        add(pipeline, additions);
        pipeline.run();
    }

    /** {@link #add(List)} by a statement that travels with others. */
    public void add(Pipeline pipeline, List<Addition> additions) {
        record Day(OrgId org, UUID instance, LocalDate utcDay) {}
        Map<Day, Addition> sums = new HashMap<>();
        for (Addition one : additions) {
            sums.merge(
                    new Day(one.org(), one.instance(), one.utcDay()),
                    one,
                    (sum, more) -> new Addition(
                            sum.org(), sum.instance(), sum.utcDay(), sum.more().plus(more.more())));
        }
        if (!sums.isEmpty()) {
            store.add(pipeline, sums.values());
        }
    }

    /** Sums and days of an instance; days without use are left out. */
    public record Report(UUID instanceId, LocalDate from, LocalDate to, Usage totals, List<Usage> days) {}

    /**
     * The use between two UTC days, both included.
     *
     * @throws KitProblem.Meaningless when the days are in the wrong order or more than {@link #MAX_DAYS} (422)
     */
    public Report usage(OrgId org, UUID instance, LocalDate from, LocalDate to) {
        if (to.isBefore(from)) {
            throw new KitProblem.Meaningless("'from' must not be later than 'to'.");
        }
        if (ChronoUnit.DAYS.between(from, to) >= MAX_DAYS) {
            throw new KitProblem.Meaningless("A report covers at most " + MAX_DAYS + " days.");
        }
        return new Report(
                instance, from, to, store.totals(org, instance, from, to), store.days(org, instance, from, to));
    }

    /** True when the organization has run an instance of the offering. */
    public boolean used(OrgId org, UUID offering) {
        return store.used(org, offering);
    }
}
