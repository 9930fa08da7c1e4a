package dev.gsv.cmp.billing;

import static dev.gsv.cmp.billing.Scene.ONE_EACH;
import static dev.gsv.cmp.billing.Scene.scene;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Section 12 of the conformance sheet: what would happen is what happens, and asking leaves no trace. */
class PreviewTest {

    private static Previews previews(Scene w) {
        return w.stage.bean(Previews.class);
    }

    private static Previews.Preview run(Scene w, long held, long used) {
        HoldRequest request = new HoldRequest(w.org, w.instance, null, Credits.of(held), ONE_EACH);
        return previews(w).run(request, Scene.used(used), () -> {});
    }

    @Test
    void pv_01_a_run_costs_what_its_preview_said() {
        long seed = System.nanoTime();
        System.out.println("PreviewTest seed " + seed);
        Random random = new Random(seed);
        Scene w = scene(60);
        w.grant(GrantKind.TRIAL, 20, null);
        w.wallets.agree(w.org, Credits.of(10), null);
        for (int i = 0; i < 40; i++) {
            long held = random.nextInt(12);
            long used = random.nextInt(20);
            Previews.Preview preview = run(w, held, used);
            HoldOutcome asked = w.ask(held);
            assertThat(preview.allowed()).isEqualTo(asked instanceof HoldOutcome.Held);
            if (asked instanceof HoldOutcome.Held hold) {
                SettleOutcome.Closed closed = w.settle(hold.reservation(), used);
                assertThat(List.of(preview.debited(), preview.absorbed(), preview.balance(), preview.available()))
                        .containsExactly(
                                closed.debited(),
                                closed.absorbed(),
                                closed.balance(),
                                w.wallet().available());
            }
        }
    }

    @Test
    void pv_01_time_that_nobody_has_written_down_counts_in_a_preview() {
        Scene w = scene(10);
        w.hold(10);
        w.grants()
                .give(
                        w.org,
                        new Grants.Wanted(
                                Credits.of(5),
                                GrantKind.PROMOTIONAL,
                                null,
                                Instant.now().plusSeconds(600),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                "later"));
        w.pass(Duration.ofSeconds(901));
        List<Long> before = w.rows();
        assertThat(run(w, 15, 12).balance()).isEqualTo(Credits.of(3));
        assertThat(run(w, 16, 12).allowed()).isFalse();
        assertThat(w.rows()).as("nothing is swept by asking").isEqualTo(before);
        assertThat(w.settle(w.hold(15), 12).balance()).isEqualTo(Credits.of(3));
    }

    @Test
    void pv_02_what_would_be_refused_is_refused_alike() {
        Scene w = scene(10);
        Previews.Preview preview = run(w, 11, 1);
        assertThat(preview.refusal()).isNotNull();
        Problem real = ((HoldOutcome.Short) w.ask(11)).problem();
        assertThat(preview.refusal()).isEqualTo(Previews.Refusal.of(real));
        HoldRequest request = new HoldRequest(w.org, w.instance, null, Credits.of(1), ONE_EACH);
        Previews.Preview paused = previews(w).run(request, Scene.used(1), () -> {
            throw new KitProblem.InvalidState("The instance is paused.");
        });
        assertThat(paused.refusal().code()).isEqualTo("INVALID_STATE");
        assertThat(previews(w).debit(w.org, () -> Credits.of(11)).refusal().status())
                .isEqualTo(402);
        assertThat(previews(w).debit(w.org, () -> Credits.of(4)).balance()).isEqualTo(Credits.of(6));
        assertThat(previews(w)
                        .refund(w.org, UUID.randomUUID(), null, false)
                        .refusal()
                        .status())
                .isEqualTo(404);
    }

    @Test
    void pv_03_asking_writes_nothing_and_waits_for_nobody() {
        Scene w = scene(10);
        w.settle(w.hold(5), 5);
        UUID entry = w.entry("usage");
        List<Long> before = w.rows();
        new TransactionTemplate(w.stage.bean(PlatformTransactionManager.class)).executeWithoutResult(status -> {
            w.sql("select 1 from wallet where org_id = :org for update")
                    .query(Integer.class)
                    .single();
            assertThat(CompletableFuture.supplyAsync(() -> run(w, 5, 3).balance()))
                    .as("while somebody else holds the lock")
                    .succeedsWithin(Duration.ofSeconds(10))
                    .isEqualTo(Credits.of(2));
        });
        assertThat(previews(w).refund(w.org, entry, Credits.of(2), false).balance())
                .isEqualTo(Credits.of(7));
        assertThat(w.rows()).isEqualTo(before);
        w.shows(5);
    }

    @Test
    void asking_for_a_preview_changes_nothing() {
        Scene w = scene(10);
        List<Long> before = w.rows();
        run(w, 5, 3);
        previews(w).debit(w.org, () -> Credits.of(4));
        assertThat(w.rows()).isEqualTo(before);
        w.shows(10);
    }

    @Test
    void pv_04_when_something_happens_in_between_the_real_call_decides() {
        Scene w = scene(10);
        Previews.Preview preview = run(w, 10, 10);
        assertThat(preview.allowed()).isTrue();
        assertThat(preview.asOf()).isNotNull();
        w.settle(w.hold(5), 5);
        assertThat(w.ask(10)).isInstanceOf(HoldOutcome.Short.class);
    }
}
