package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.orgs.OrgId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionTemplate;

/** All gates of a batch at once: exact as one by one, in a number of statements that no batch can raise. */
class TurnstileTest {

    /** What ends; locks of plans and users and what is in flight; move and hold of one budget; what is written. */
    private static final int ROUND_TRIPS = 5;

    private static Gatehouse house;
    private static TransactionTemplate transaction;
    private static Quotas quotas;

    private final String tenant = Harness.unique("tenant");
    private final OrgId org = new OrgId(UUID.randomUUID());
    private final UUID instance = UUID.randomUUID();
    private final String provider = Harness.unique("provider");
    private Limits plan = new Limits(1_000_000, 1_000_000, 1_000_000);

    @BeforeAll
    static void open() {
        house = new Gatehouse();
        transaction = house.transaction();
        quotas = house.bean(Quotas.class);
    }

    @AfterAll
    static void close() {
        house.close();
    }

    private Place place() {
        return new Place(tenant, "default");
    }

    private void policy(String limits) {
        house.bean(QuotaPolicies.class)
                .write(place(), Json.mapper().readTree("{\"user_type\": \"t\", " + limits + "}"), null, "test");
    }

    private ProviderBudget budget(String limits) {
        return house.bean(Budgets.class)
                .write(
                        place(),
                        Json.mapper().readTree("{\"provider\": \"" + provider + "\", " + limits + "}"),
                        null,
                        "test");
    }

    private Quotas.Entry run(String user, long tokens, long micros) {
        return quotas.entry(
                new Quotas.Where(org, instance, place(), "bundle"),
                UUID.randomUUID(),
                plan,
                Optional.of(new QuotaUser(user, "t", false)),
                tokens,
                Map.of(provider, micros));
    }

    private Quotas.End end(Quotas.Entry run, long tokens, long micros) {
        return new Quotas.End(org, instance, run.run(), true, tokens, Map.of(provider, micros));
    }

    /** One batch; whoever is in {@code sentAway} is refused by a gate of another room. */
    private List<@Nullable String> batch(List<Quotas.Entry> runs, Set<UUID> sentAway, List<Quotas.End> ends) {
        return transaction.execute(status -> {
            Turnstile turnstile = quotas.open(runs, ends);
            List<@Nullable String> refusals = new ArrayList<>();
            for (Quotas.Entry run : runs) {
                Optional<QuotasProblem> refusal = turnstile.admit(run);
                if (refusal.isEmpty() && sentAway.contains(run.run())) {
                    turnstile.takeBack(run);
                    refusals.add("sent away");
                } else {
                    refusals.add(
                            refusal.map(problem -> problem.details().toString()).orElse(null));
                }
            }
            turnstile.close();
            return refusals;
        });
    }

    private List<@Nullable String> batch(List<Quotas.Entry> runs) {
        return batch(runs, Set.of(), List.of());
    }

    /** Everything that is counted for this tenant and instance. */
    private List<String> traces() {
        return house.jdbc()
                .sql("""
                        select 'plan ' || in_minute || ' ' || in_month from instance_quota where org_id = :org
                        union all
                        select 'slots ' || count(*) from quota_slot where org_id = :org
                        union all
                        select 'user ' || user_id || ' ' || day_requests || ' ' || day_tokens from quota_counter
                        where tenant = :tenant and total_requests > 0
                        union all
                        select 'open ' || user_id || ' ' || count(*) || ' ' || sum(held_tokens) from quota_admission
                        where tenant = :tenant and state = 'open' group by user_id
                        union all
                        select 'budget ' || coalesce(sum(held_micro), 0) || ' ' || coalesce(sum(day_micro), 0) from budget_stripe s
                        join provider_budget b on b.key = s.budget_key where b.tenant = :tenant
                        union all
                        select 'holds ' || count(*) || ' ' || coalesce(sum(held_micro), 0) from budget_hold
                        where provider = :provider and state = 'open'
                        order by 1
                        """)
                .param("org", org.value())
                .param("tenant", tenant)
                .param("provider", provider)
                .query(String.class)
                .list();
    }

    @Test
    void l_09_who_is_sent_away_later_takes_nobodys_place_in_any_gate() {
        for (String gate : List.of("requests_per_day", "max_concurrent", "tokens_per_day", "plan", "budget")) {
            TurnstileTest one = new TurnstileTest();
            one.placeForOne(gate);
        }
    }

    private void placeForOne(String gate) {
        switch (gate) {
            case "plan" -> plan = new Limits(1, 1, 1);
            case "budget" -> budget("\"usd_per_day\": 0.000005");
            case "tokens_per_day" -> policy("\"tokens_per_day\": 10, \"strict_tokens\": true");
            default -> policy("\"" + gate + "\": 1");
        }
        List<String> nothing = traces();
        Quotas.Entry poor = run("user", 10, 5);
        Quotas.Entry rich = run("user", 10, 5);
        Quotas.Entry late = run("user", 10, 5);
        List<@Nullable String> refusals = batch(List.of(poor, rich, late), Set.of(poor.run()), List.of());
        assertThat(refusals.get(0)).as(gate).isEqualTo("sent away");
        assertThat(refusals.get(1)).as(gate).isNull();
        assertThat(refusals.get(2)).as(gate).contains("limits.");
        List<String> one = traces();
        batch(List.of(run("user", 10, 5)));
        assertThat(traces()).as(gate + ": a refusal leaves no trace").isEqualTo(one);
        assertThat(one).as(gate).isNotEqualTo(nothing);
    }

    @Test
    void a_batch_is_its_runs_one_after_the_other() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 12; round++) {
            long limits = random.nextLong();
            TurnstileTest together = new TurnstileTest();
            TurnstileTest oneByOne = new TurnstileTest();
            List<@Nullable String> expected = oneByOne.history(limits, false);
            assertThat(together.history(limits, true))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(expected);
            assertThat(together.traces()).as("seed %d, round %d", seed, round).isEqualTo(oneByOne.traces());
        }
    }

    /** Two batches, the second with the ends of the first; what was decided, without the words and times. */
    private List<@Nullable String> history(long seed, boolean together) {
        Random random = new Random(seed);
        plan = new Limits(3 + random.nextInt(30), 3 + random.nextInt(20), 3 + random.nextInt(30));
        policy("\"requests_per_day\": %d, \"max_concurrent\": %d, \"tokens_per_day\": %d, \"strict_tokens\": %b"
                .formatted(random.nextInt(12), 1 + random.nextInt(8), random.nextInt(400), random.nextBoolean()));
        budget("\"usd_per_day\": 0.%06d".formatted(random.nextInt(300)));
        List<@Nullable String> decided = new ArrayList<>();
        List<Quotas.End> ends = new ArrayList<>();
        for (int batch = 0; batch < 3; batch++) {
            List<Quotas.Entry> runs = new ArrayList<>();
            Set<UUID> sentAway = new HashSet<>();
            for (int i = 0; i < 25; i++) {
                Quotas.Entry run = run("user-" + random.nextInt(3), random.nextInt(60), random.nextInt(40));
                runs.add(run);
                if (random.nextInt(3) == 0) {
                    sentAway.add(run.run());
                }
            }
            List<@Nullable String> refusals = new ArrayList<>();
            if (together) {
                refusals.addAll(batch(runs, sentAway, ends));
            } else {
                batch(List.of(), Set.of(), ends);
                runs.forEach(run -> refusals.addAll(batch(List.of(run), sentAway, List.of())));
            }
            ends = new ArrayList<>();
            for (int i = 0; i < runs.size(); i++) {
                String refusal = refusals.get(i);
                decided.add(refusal == null ? "in" : refusal.replaceAll("message=[^\\]]*", ""));
                if (refusal == null && random.nextBoolean()) {
                    ends.add(end(runs.get(i), random.nextInt(50), random.nextInt(60)));
                }
            }
        }
        return decided;
    }

    @Test
    void the_number_of_round_trips_does_not_depend_on_how_many_runs_there_are() {
        policy("\"requests_per_day\": 100000, \"max_concurrent\": 100000");
        budget("\"usd_per_day\": 1000");
        batch(List.of(run("user-0", 1, 1), run("user-1", 1, 1)));
        Map<Integer, Long> needed = new HashMap<>();
        for (int many : List.of(1, 20, 200)) {
            List<Quotas.Entry> runs = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                runs.add(run("user-" + i % 10, 1, 1));
            }
            batch(runs);
            List<Quotas.End> ends = runs.stream().map(run -> end(run, 1, 1)).toList();
            List<Quotas.Entry> next = new ArrayList<>();
            runs.forEach(run -> next.add(run("user-1", 1, 1)));
            long before = house.statements();
            batch(next, Set.of(), ends);
            needed.put(many, house.statements() - before);
        }
        System.getLogger("test").log(System.Logger.Level.INFO, "statements by runs: {0}", needed);
        assertThat(needed.values()).containsOnly((long) ROUND_TRIPS);
    }

    @Test
    void refusals_need_two_round_trips_more_however_many_they_are() {
        policy("\"requests_per_day\": 0");
        List<Quotas.Entry> runs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            runs.add(run("user-" + i, 1, 0));
        }
        batch(runs);
        long before = house.statements();
        assertThat(batch(runs)).doesNotContainNull();
        assertThat(house.statements() - before).isLessThanOrEqualTo(ROUND_TRIPS);
    }

    @Test
    void batches_that_end_and_begin_runs_of_the_same_users_do_not_block_each_other_and_no_sum_is_lost()
            throws Exception {
        policy("\"requests_per_day\": 1000000");
        ProviderBudget near = budget("\"usd_per_day\": 0.000400");
        List<Callable<Boolean>> nodes = new ArrayList<>();
        for (int node = 0; node < 4; node++) {
            int first = node;
            nodes.add(() -> {
                List<Quotas.End> ends = List.of();
                for (int i = 0; i < 25; i++) {
                    List<Quotas.Entry> runs = new ArrayList<>();
                    for (int user = 0; user < 6; user++) {
                        runs.add(run("user-" + (first + user * 5) % 6, 1, 20));
                    }
                    List<@Nullable String> refusals = batch(runs, Set.of(), ends);
                    ends = java.util.stream.IntStream.range(0, runs.size())
                            .filter(at -> refusals.get(at) == null)
                            .mapToObj(at -> end(runs.get(at), 1, 0))
                            .toList();
                }
                batch(List.of(), Set.of(), ends);
                return true;
            });
        }
        long deadlocks = deadlocks();
        try (var threads = Executors.newFixedThreadPool(nodes.size())) {
            for (Future<Boolean> node : threads.invokeAll(nodes)) {
                assertThat(node.get()).isTrue();
            }
        }
        assertThat(deadlocks()).isEqualTo(deadlocks);
        assertThat(house.bean(Budgets.class).spent(near).held()).isZero();
        assertThat(traces()).contains("slots 0").noneMatch(line -> line.startsWith("open "));
    }

    private static long deadlocks() {
        return house.jdbc()
                .sql("select deadlocks from pg_stat_database where datname = current_database()")
                .query(Long.class)
                .single();
    }
}
