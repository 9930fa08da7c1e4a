package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Pipelines;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** The rows of holds and settlements without any of the decisions: what inserting alone can do. */
final class Rough {

    private static final AtomicLong SEQ = new AtomicLong(1_000_000_000_000L);

    private Rough() {}

    static void insert(Stage stage, OrgId org, UUID instance, int pairs) {
        Ids ids = stage.bean(Ids.class);
        Instant now = Instant.now();
        List<Hold> open = new ArrayList<>();
        List<Hold> over = new ArrayList<>();
        List<Transfer> transfers = new ArrayList<>();
        List<Part> parts = List.of(new Part(ids.next(), 10_000_000));
        for (int i = 0; i < pairs; i++) {
            Hold hold = new Hold(
                    org,
                    ids.next(),
                    instance,
                    null,
                    10_000_000,
                    Hold.Status.PENDING,
                    RateCard.STANDARD,
                    now.plusSeconds(900),
                    now,
                    null,
                    null,
                    parts,
                    Set.of());
            Transfer line = new Transfer(
                    org,
                    SEQ.incrementAndGet(),
                    now,
                    ids.next(),
                    ids.next(),
                    Account.WALLET,
                    Account.REVENUE,
                    4_000_000,
                    1,
                    EntryType.USAGE,
                    hold.cause(),
                    null,
                    parts);
            open.add(hold);
            over.add(hold.ended(Hold.Status.SETTLED, now)
                    .closed(new Hold.Closing(now, Meters.of(1500, 800, 1, 1, 3), 4_000_000, 0, 1, line.id(), null)));
            transfers.add(line);
        }
        Pipeline pipeline = stage.bean(Pipelines.class).open();
        stage.bean(HoldStore.class).insert(pipeline, open);
        stage.bean(ReservationStore.class).insert(pipeline, over);
        stage.bean(TransferStore.class).insert(pipeline, transfers);
        pipeline.run();
    }
}
