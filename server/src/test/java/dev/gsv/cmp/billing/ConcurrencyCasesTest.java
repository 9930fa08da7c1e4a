package dev.gsv.cmp.billing;

import static dev.gsv.cmp.billing.Scene.scene;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.OrgId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** What is promised of many callers at once, beside the cases of section 4 in {@link CasesTest}. */
class ConcurrencyCasesTest {

    /** Runs all at once and collects what they answered or threw. */
    static List<Object> together(int callers, IntFunction<Callable<Object>> work) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Object>> futures = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                futures.add(threads.submit(work.apply(i)));
            }
            List<Object> answers = new ArrayList<>();
            for (Future<Object> future : futures) {
                try {
                    answers.add(future.get());
                } catch (ExecutionException e) {
                    answers.add(e.getCause());
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return answers;
        }
    }

    private static long count(List<Object> answers, Class<?> type) {
        return answers.stream().filter(type::isInstance).count();
    }

    @Test
    void a_hold_is_settled_released_or_expired_once() {
        for (int round = 0; round < 25; round++) {
            Scene w = scene(20);
            UUID hold = w.hold(15);
            List<Object> answers = together(2, i -> () -> i == 0 ? w.settle(hold, 9) : w.release(hold));
            assertThat(count(answers, SettleOutcome.Closed.class)).isEqualTo(1);
            assertThat(count(answers, Problem.class)).isEqualTo(1);
            w.shows("settled".equals(w.status(hold)) ? 11 : 20);
        }
    }

    @Test
    void a_person_gets_one_trial() {
        Stage stage = Stage.shared();
        String person = dev.gsv.cmp.Harness.unique("new");
        Caller caller = Caller.person(person, person, null, false, false);
        List<Object> answers = together(16, i -> () -> stage.bean(Wallets.class).auto(caller));
        assertThat(count(answers, Throwable.class)).isZero();
        assertThat(answers.stream()
                        .map(Wallets.Opened.class::cast)
                        .map(Wallets.Opened::walletId)
                        .distinct())
                .hasSize(1);
        assertThat(answers.stream().map(Wallets.Opened.class::cast).filter(Wallets.Opened::trialGranted))
                .hasSize(1);
        OrgId org = ((Wallets.Opened) answers.getFirst()).orgId();
        assertThat(stage.bean(Wallets.class).wallet(org).balance()).isEqualTo(Credits.of(100));
        assertThat(stage.bean(Wallets.class).ledger(org, dev.gsv.cmp.kit.Page.Slice.first()))
                .as("TU-14")
                .singleElement()
                .satisfies(line -> assertThat(line.entryType()).isEqualTo("trial_grant"));
        assertThat(stage.bean(Wallets.class).grantTrial(org, person)).isFalse();
    }
}
