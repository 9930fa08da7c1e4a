package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.orgs.OrgId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.transaction.PlatformTransactionManager;

/** A hold or a settlement in lanes, as a node posts them, without the rest of a run. */
sealed interface Operation {
    OrgId org();

    record Hold(HoldRequest request) implements Operation {
        @Override
        public OrgId org() {
            return request.org();
        }
    }

    record Settle(SettleRequest request) implements Operation {
        @Override
        public OrgId org() {
            return request.org();
        }
    }

    static Lanes<Operation, Object> lanes(Stage stage) {
        Ledger ledger = stage.bean(Ledger.class);
        Lanes<Operation, Object> lanes = new Lanes<>(
                "bench",
                Lanes.Limits.USUAL,
                Operation::org,
                batch -> post(ledger, batch),
                stage.bean(PlatformTransactionManager.class),
                new SimpleMeterRegistry());
        lanes.start();
        return lanes;
    }

    private static List<Lanes.Answer<Object>> post(Ledger ledger, List<Operation> batch) {
        Map<UUID, OrgId> wanted = new HashMap<>();
        for (Operation operation : batch) {
            if (operation instanceof Settle settle) {
                wanted.put(settle.request().reservation(), settle.org());
            }
        }
        Desk desk = ledger.open(batch.stream().map(Operation::org).distinct().toList(), wanted);
        List<Lanes.Answer<Object>> answers = new ArrayList<>();
        for (Operation operation : batch) {
            answers.add(
                    switch (operation) {
                        case Hold hold -> new Lanes.Answer.Done<>(desk.hold(hold.request()));
                        case Settle settle -> new Lanes.Answer.Done<>(desk.settle(settle.request()));
                    });
        }
        desk.close();
        return answers;
    }

    static Function<HoldRequest, HoldOutcome> hold(Lanes<Operation, Object> lanes) {
        return request -> (HoldOutcome) lanes.submit(new Hold(request));
    }

    static Consumer<SettleRequest> settle(Lanes<Operation, Object> lanes) {
        return request -> ((SettleOutcome) lanes.submit(new Settle(request))).orThrow();
    }
}
