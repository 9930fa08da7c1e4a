package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.billing.HoldRequest;
import dev.gsv.cmp.billing.Ledger;
import dev.gsv.cmp.billing.Meters;
import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.billing.SettleRequest;
import dev.gsv.cmp.catalog.Market;
import dev.gsv.cmp.instances.Usages;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.Job;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.kit.Pipelines;
import dev.gsv.cmp.quotas.Quotas;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Sales of one seller to many, what a day is for their use, and who learns what. */
@ExtendWith(OutputCaptureExtension.class)
class SalesTest {

    private static final int BUYERS = 10;
    private static final int SALES = 1000;

    private static SettleRequest sale(Booth booth) {
        UUID instance = UUID.fromString(booth.instance());
        UUID hold = booth.harness()
                .bean(Ledger.class)
                .hold(new HoldRequest(booth.org(), instance, null, Credits.of(1), RateCard.STANDARD))
                .orThrow()
                .reservation();
        return new SettleRequest(booth.org(), hold, instance, Meters.of(0, 0, 0, 1, 0));
    }

    private static Posting posting(SettleRequest sale) {
        return new Posting.Settle(sale, null, closed -> "{}");
    }

    @Test
    @SuppressWarnings("unchecked") // The bean's type is in its name.
    void cc_16_a_sale_that_is_under_way_holds_up_no_other_sale_of_its_seller() throws Exception {
        Booth first = Booth.of(Booth.MODEL, Booth.UNLIMITED).withCredits(500);
        Harness harness = first.harness();
        Market.Listing listing = listing(first);
        List<Booth> others = new ArrayList<>();
        for (int i = 0; i < BUYERS; i++) {
            Market.Buyer buyer = Market.open(harness).buyer();
            others.add(new Booth(harness, buyer, buyer.subscribes(listing)).withCredits(SALES));
        }
        Lanes<Posting, Posting.Posted> lanes = harness.bean("postings", Lanes.class);
        SettleRequest slow = sale(first);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            new TransactionTemplate(harness.bean(PlatformTransactionManager.class)).executeWithoutResult(status -> {
                harness.bean(Batches.class).post(List.of(posting(slow)));
                // Not committed yet: whatever it has locked stays locked.
                AtomicInteger number = new AtomicInteger();
                List<Future<Object>> sold = new ArrayList<>();
                for (int i = 0; i < SALES; i++) {
                    sold.add(threads.submit(
                            () -> lanes.submit(posting(sale(others.get(number.getAndIncrement() % others.size()))))));
                }
                others.forEach(
                        each -> sold.add(threads.submit(() -> each.run("x").expect(200))));
                for (Future<Object> each : sold) {
                    try {
                        each.get(60, TimeUnit.SECONDS);
                    } catch (Exception e) {
                        throw new AssertionError("a sale waits for another one of the same seller", e);
                    }
                }
            });
        }
        for (Booth each : others) {
            assertThat(each.balance()).isEqualTo(String.valueOf(SALES - SALES / BUYERS - 3));
            each.keepsTheLaws();
        }
        assertThat(first.balance()).isEqualTo("499");
    }

    private static Market.Listing listing(Booth booth) {
        Map<String, Object> of = booth.sql("""
                        select offering_id::text as offering, offering_version_id::text as version, plan_id::text as plan
                        from instance where org_id = :org
                        """).query().singleRow();
        return new Market.Listing((String) of.get("offering"), "", (String) of.get("version"), (String) of.get("plan"));
    }

    @Test
    void tz_06_use_before_and_at_midnight_is_of_two_days() {
        Booth booth = Booth.of(Booth.ECHO, Booth.UNLIMITED);
        Harness harness = booth.harness();
        TransactionTemplate whole = new TransactionTemplate(harness.bean(PlatformTransactionManager.class));
        for (String time : List.of("2026-10-24T23:59:59.999999Z", "2026-10-25T00:00:00Z", "2026-10-25T23:59:59Z")) {
            SettleRequest sale = sale(booth);
            Batches then = new Batches(
                    harness.bean(Idempotency.class),
                    harness.bean(Quotas.class),
                    harness.bean(Ledger.class),
                    harness.bean(RunStore.class),
                    harness.bean(Usages.class),
                    harness.bean(Pipelines.class),
                    Clock.fixed(Instant.parse(time), ZoneOffset.ofHours(14)));
            whole.executeWithoutResult(status -> then.post(List.of(posting(sale))));
        }
        Api.Reply report = booth.api()
                .get("/api/v1/instances/" + booth.instance() + "/usage?from=2026-10-01&to=2026-10-31&group_by=day")
                .expect(200);
        assertThat(report.json().at("/days").findValuesAsString("day")).containsExactly("2026-10-24", "2026-10-25");
        assertThat(report.json().at("/days").findValuesAsString("requests")).containsExactly("1", "2");
    }

    @Test
    void tz_07_a_new_period_of_the_bill_is_no_new_month_of_the_quota() {
        Booth booth = Booth.of(Booth.ECHO, Map.of("requests_per_month", 2));
        booth.run("1").expect(200);
        booth.run("2").expect(200);
        booth.sql("""
                        update billing_cycle set anchor_at = anchor_at - interval '1 month',
                            starts_at = starts_at - interval '1 month', ends_at = ends_at - interval '1 month'
                        where org_id = :org
                        """).update();
        booth.harness().bean("periods", Job.class).work().run();
        booth.run("3").expect(429, "QUOTA_EXCEEDED");
        String cycles = booth.sql(
                        "select coalesce(string_agg(c::text, ' '), '') from billing_cycle c where org_id = :org")
                .query(String.class)
                .single();
        booth.sql("update instance_quota set month = month - interval '1 month' where org_id = :org")
                .update();
        booth.run("4").expect(200);
        assertThat(booth.sql("select coalesce(string_agg(c::text, ' '), '') from billing_cycle c where org_id = :org")
                        .query(String.class)
                        .single())
                .as("nor the other way round")
                .isEqualTo(cycles);
    }

    @Test
    void av_04_a_refusal_for_a_limit_names_it_and_its_number_is_one_that_can_be_looked_up() {
        Booth booth = Booth.of(Booth.ECHO, Map.of("requests_per_month", 2));
        booth.run("1").expect(200);
        booth.run("2").expect(200);
        Api.Reply refused = booth.run("3").expect(429, "QUOTA_EXCEEDED");
        assertThat(refused.at("/error/details/0/path")).isEqualTo("limits.requests_per_month");
        assertThat(refused.at("/detail")).contains("includes 2 runs per month");
        assertThat(booth.count("run")).isEqualTo(2);
        assertThat(booth.api()
                        .get("/api/v1/instances/" + booth.instance() + "/usage")
                        .expect(200)
                        .at("/totals/requests"))
                .isEqualTo("2");
        assertThat(booth.api()
                        .get("/api/v1/instances/" + booth.instance() + "/entitlements")
                        .expect(200)
                        .at("/capabilities/0/limits/requests_per_month"))
                .isEqualTo("2");
    }

    @Test
    void av_10_logs_and_metrics_hold_no_secret_and_nothing_of_a_tenant(CapturedOutput output) {
        Booth booth = Booth.of(Booth.MODEL, Booth.UNLIMITED);
        String secret = booth.apiKey();
        Api caller = booth.api().anonymous().as(secret);
        String question = Harness.unique("a question of a customer");
        booth.run(caller, question).expect(200);
        Booth.model().mood = OddModel.Mood.BROKEN;
        try {
            booth.run(caller, question).expect(502);
        } finally {
            Booth.model().mood = OddModel.Mood.WELL;
        }
        booth.api().anonymous().as(secret + "x").get("/api/v1/wallets/me").expect(401);
        booth.run(booth.stranger().api(), question).expect(404);
        caller.post("/v1/runs", "{\"instance_id\": \"" + secret + "\", \"input\": 5}")
                .expect(400);
        Signed operator = Signed.in(booth.harness(), "cmp-admin");
        operator.api()
                .key(secret.substring(0, 60))
                .post("/api/v1/wallets/" + booth.wallet().at("/wallet_id") + "/topups", Map.of("credits_amount", -5))
                .expect(422);
        String metrics = booth.api().anonymous().get("/metrics").expect(200).text();
        List<String> ofTenant = List.of(
                booth.org().toString(),
                booth.instance(),
                booth.buyer().person().subject(),
                booth.buyer().person().email(),
                booth.wallet().at("/wallet_id"));
        List<String> secrets = List.of(
                secret.substring(secret.length() - 40),
                operator.token().substring(operator.token().length() - 40),
                booth.buyer()
                        .person()
                        .token()
                        .substring(booth.buyer().person().token().length() - 40),
                "correct horse battery",
                "sk-secret",
                question);
        assertThat(metrics).contains("cmp_runs").doesNotContain(ofTenant).doesNotContain(secrets);
        assertThat(output.getAll())
                .doesNotContain(secrets)
                .doesNotContain(booth.buyer().person().email());
        assertThat(Booth.house()).isSameAs(booth.harness());
    }
}
