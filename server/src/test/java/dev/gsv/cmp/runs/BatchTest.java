package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.billing.HoldOutcome;
import dev.gsv.cmp.billing.HoldRequest;
import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.catalog.Market;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.quotas.Limits;
import dev.gsv.cmp.quotas.Place;
import dev.gsv.cmp.quotas.QuotaUser;
import dev.gsv.cmp.quotas.Quotas;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Runs that are opened in one transaction, each as if it had come alone. */
class BatchTest {

    private static final String ADMIN = "/api/v1/admin/control-plane";

    private final Api operator = Signed.in(Booth.house(), "cmp-admin").api();

    private Posting.Open open(Booth booth, String type, long credits) {
        Instances.Runnable target = booth.harness()
                .bean(Instances.class)
                .runnable(UUID.fromString(booth.instance()))
                .orElseThrow();
        UUID run = UUID.randomUUID();
        Quotas.Entry gates = booth.harness()
                .bean(Quotas.class)
                .entry(
                        new Quotas.Where(
                                target.org(),
                                target.instance(),
                                Place.of(target.org(), target.project()),
                                target.offeringSlug()),
                        run,
                        Limits.of(target.limits(), target.monthlyQuota()),
                        Optional.of(new QuotaUser("user", type, false)),
                        10,
                        Map.of("openai", 5L));
        return new Posting.Open(
                new HoldRequest(target.org(), target.instance(), run, Credits.of(credits), RateCard.STANDARD),
                new RunStore.Start(
                        target.org(),
                        run,
                        target.instance(),
                        target.version(),
                        null,
                        "user",
                        "trace",
                        Duration.ofMinutes(1),
                        null),
                gates,
                null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plan", "quota", "budget"})
    void l_09_a_run_that_the_wallet_refuses_takes_no_place_from_the_next_of_its_batch(String gate) {
        Booth booth = Booth.of(Booth.ECHO, gate.equals("plan") ? Map.of("requests_per_month", 1) : Booth.UNLIMITED);
        String tenant = "?tenant="
                + booth.api()
                        .get("/api/v1/orgs/" + booth.org().value())
                        .expect(200)
                        .at("/slug") + "&project=default";
        String type = gate.equals("quota") ? "t" : "service";
        if (gate.equals("quota")) {
            operator.post(ADMIN + "/policies/quota" + tenant, Market.fields("user_type", "t", "requests_per_day", 1))
                    .expect(201);
        }
        if (gate.equals("budget")) {
            operator.post(
                            ADMIN + "/policies/budget" + tenant,
                            Market.fields("provider", "openai", "usd_per_day", 0.000005))
                    .expect(201);
        }
        TransactionTemplate whole = new TransactionTemplate(booth.harness().bean(PlatformTransactionManager.class));
        List<Posting> postings = List.of(open(booth, type, 101), open(booth, type, 1), open(booth, type, 1));
        List<Lanes.Answer<Posting.Posted>> answers =
                whole.execute(status -> booth.harness().bean(Batches.class).post(postings));
        assertThat(code(answers.get(0))).isEqualTo("INSUFFICIENT_CREDITS");
        assertThat(code(answers.get(1))).isEqualTo("in");
        assertThat(code(answers.get(2)))
                .isEqualTo(gate.equals("budget") ? "PROVIDER_BUDGET_EXCEEDED" : "QUOTA_EXCEEDED");
        booth.keepsTheLaws();
    }

    @Test
    void a_run_that_answers_in_the_batch_that_takes_it_for_dead_costs_the_budget_and_the_quota_what_it_used() {
        Booth booth = Booth.of(Booth.ECHO, Booth.UNLIMITED);
        String tenant = "?tenant="
                + booth.api()
                        .get("/api/v1/orgs/" + booth.org().value())
                        .expect(200)
                        .at("/slug") + "&project=default";
        operator.post(ADMIN + "/policies/budget" + tenant, Market.fields("provider", "openai", "usd_per_day", 1))
                .expect(201);
        TransactionTemplate whole = new TransactionTemplate(booth.harness().bean(PlatformTransactionManager.class));
        Batches batches = booth.harness().bean(Batches.class);
        for (boolean closedFirst : new boolean[] {true, false}) {
            Posting.Open open = open(booth, "free", 1);
            List<Lanes.Answer<Posting.Posted>> in = whole.execute(status -> batches.post(List.of(open)));
            Opened run = open.start().opened(held(in.getFirst()));
            Ending ending = new Ending(
                    Run.Status.SUCCEEDED,
                    new Run.Used(3, 4, 0, 1, 0, "model"),
                    null,
                    List.of(),
                    "trace",
                    Map.of("openai", 7L));
            Posting close = new Posting.Close(run, ending, paid -> "{}");
            Posting abandon = new Posting.Abandon(run);
            whole.execute(status -> batches.post(closedFirst ? List.of(close, abandon) : List.of(abandon, close)));
        }
        assertThat(Limited.spent(booth)).isEqualTo("spent 14 held 0");
        assertThat(Limited.counted(booth)).isEqualTo("requests 2 tokens 14");
        booth.keepsTheLaws();
    }

    private static HoldOutcome.Held held(Lanes.Answer<Posting.Posted> answer) {
        if (answer instanceof Lanes.Answer.Done<Posting.Posted>(Posting.Posted.In(HoldOutcome.Held held))) {
            return held;
        }
        throw new AssertionError(answer);
    }

    private static String code(Lanes.Answer<Posting.Posted> answer) {
        return answer instanceof Lanes.Answer.Refused<Posting.Posted> refused
                ? refused.problem().code()
                : "in";
    }
}
