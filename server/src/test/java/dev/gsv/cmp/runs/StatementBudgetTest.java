package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.billing.HoldRequest;
import dev.gsv.cmp.billing.Meters;
import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.billing.SettleRequest;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.Lanes;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What a batch asks of the database. These numbers may only go down. */
class StatementBudgetTest {

    private static final int AUTHORIZE_STATEMENTS = 7;
    private static final int SETTLE_STATEMENTS = 11;
    private static final int TRIPS = 3;

    private final Booth booth = Booth.of(Booth.ECHO, Booth.UNLIMITED).withCredits(10_000);
    private final Batches batches = booth.harness().bean(Batches.class);
    private final MeterRegistry meters = booth.harness().bean(MeterRegistry.class);
    private final TransactionTemplate whole =
            new TransactionTemplate(booth.harness().bean(PlatformTransactionManager.class));

    private record Cost(double trips, double statements) {}

    @Test
    void cc_18_the_statements_of_a_batch_are_few_and_do_not_grow_with_it() {
        for (int size : new int[] {1, 20, 200}) {
            List<UUID> reservations = new ArrayList<>();
            assertThat(cost(size, any -> authorize(), posted -> reservations.add(reservation(posted))))
                    .as("%d authorized at once", size)
                    .isEqualTo(new Cost(TRIPS, AUTHORIZE_STATEMENTS));
            assertThat(cost(size, i -> settle(reservations.get(i)), posted -> {}))
                    .as("%d settled at once", size)
                    .isEqualTo(new Cost(TRIPS, SETTLE_STATEMENTS));
        }
    }

    private Cost cost(int size, Function<Integer, Posting> posting, Consumer<Posting.Posted> seen) {
        List<Posting> batch = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            batch.add(posting.apply(i));
        }
        Cost before = now();
        List<Lanes.Answer<Posting.Posted>> answers =
                Objects.requireNonNull(whole.execute(status -> batches.post(batch)));
        Cost after = now();
        answers.forEach(answer -> seen.accept(((Lanes.Answer.Done<Posting.Posted>) answer).result()));
        return new Cost(after.trips() - before.trips(), after.statements() - before.statements());
    }

    private Cost now() {
        return new Cost(
                meters.counter("cmp.pipeline.trips").count(),
                meters.counter("cmp.pipeline.statements").count());
    }

    private Posting authorize() {
        HoldRequest hold = new HoldRequest(
                booth.org(), UUID.fromString(booth.instance()), null, Credits.of(10), RateCard.STANDARD, Set.of());
        return new Posting.Authorize(hold, keyed(), answer -> "{}");
    }

    private Posting settle(UUID reservation) {
        SettleRequest settlement = new SettleRequest(
                booth.org(), reservation, UUID.fromString(booth.instance()), Meters.of(1000, 500, 0, 1, 0));
        return new Posting.Settle(settlement, keyed(), closed -> "{}");
    }

    private Posting.@Nullable Keyed keyed() {
        Idempotency.Key key = new Idempotency.Key("test", "statements", Harness.unique("k"));
        return new Posting.Keyed(key, "0".repeat(64), "trace");
    }

    private static UUID reservation(Posting.Posted posted) {
        return ((Authorizations.Answer.Allowed) ((Posting.Posted.Authorized) posted).answer())
                .held()
                .reservation();
    }
}
