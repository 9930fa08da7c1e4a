package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Pipelines;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.Trace;
import dev.gsv.cmp.orgs.OrgId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** Credit that an operator, a service or a confirmed payment adds: committed together with what queued beside it. */
@Service
class Deposits {

    /** How often a caller looks for the answer of its key, when others keep taking it first. */
    private static final int MAX_LOOKS = 3;

    /**
     * One of them.
     *
     * @param check what is wrong with it, told under its key; it throws or does nothing
     * @param body the answer as it is sent
     */
    record Deposit(
            OrgId org,
            Credits amount,
            Runnable check,
            Idempotency.Wanted wanted,
            String traceId,
            Function<Entry, String> body) {}

    private final Lanes<Deposit, Optional<Entry>> lanes;
    private final Idempotency idempotency;
    private final JsonMapper mapper;

    Deposits(Lanes<Deposit, Optional<Entry>> lanes, Idempotency idempotency, JsonMapper mapper) {
        this.lanes = lanes;
        this.idempotency = idempotency;
        this.mapper = mapper;
    }

    /**
     * Adds credit once for the key of the call.
     *
     * @param check what is wrong with it; it throws or does nothing
     * @param face the answer as it is sent
     */
    @SuppressWarnings("unchecked") // The stored body was written from a T; the type only describes the contract.
    <T> ResponseEntity<T> add(
            OrgId org, UUID wallet, Credits amount, Call call, Runnable check, Function<Entry, T> face) {
        Idempotency.Key key = new Idempotency.Key("wallet:" + wallet, "wallets.topup", call.requiredKey());
        Deposit deposit = new Deposit(
                org,
                amount,
                check,
                new Idempotency.Wanted(key, call.hash(), Idempotency.Keep.FOR_EVER),
                Trace.id(),
                entry -> mapper.writeValueAsString(face.apply(entry)));
        for (int look = 0; look < MAX_LOOKS; look++) {
            Optional<Idempotency.Claim.Stored> stored = idempotency.stored(key, call.hash());
            if (stored.isPresent()) {
                return (ResponseEntity<T>) Idempotency.replay(stored.get());
            }
            Optional<Entry> line = lanes.submit(deposit);
            if (line.isPresent()) {
                return ResponseEntity.status(HttpStatus.CREATED).body(face.apply(line.get()));
            }
            // Somebody else's call with this key came first: its answer is ours.
        }
        throw new KitProblem.InProgress();
    }

    /** Adds all of them within the running transaction; nothing for those whose key is taken. */
    static List<Lanes.Answer<Optional<Entry>>> post(
            List<Deposit> batch, Ledger ledger, Idempotency idempotency, Pipelines pipelines) {
        Pipeline reading = pipelines.open();
        Set<Idempotency.Key> mine = new HashSet<>();
        idempotency.claim(reading, batch.stream().map(Deposit::wanted).toList(), mine::add);
        Supplier<Desk> asked =
                ledger.ask(reading, batch.stream().map(Deposit::org).distinct().toList(), Map.of());
        reading.run();
        Desk desk = asked.get();
        List<Idempotency.Finished> finished = new ArrayList<>();
        List<Idempotency.Key> freed = new ArrayList<>();
        List<Lanes.Answer<Optional<Entry>>> answers = new ArrayList<>();
        for (Deposit deposit : batch) {
            Idempotency.Key key = deposit.wanted().key();
            if (!mine.remove(key)) {
                answers.add(new Lanes.Answer.Done<>(Optional.empty()));
                continue;
            }
            try {
                deposit.check().run();
                Entry line = desk.entry(desk.credit(
                        deposit.org(),
                        deposit.amount(),
                        GrantKind.PURCHASED,
                        EntryType.TOPUP,
                        "topup:" + key.key(),
                        null));
                finished.add(new Idempotency.Finished(
                        key, HttpStatus.CREATED.value(), deposit.body().apply(line)));
                answers.add(new Lanes.Answer.Done<>(Optional.of(line)));
            } catch (Problem refusal) {
                if (Idempotency.isKept(refusal)) {
                    finished.add(new Idempotency.Finished(
                            key, refusal.status(), idempotency.body(refusal, deposit.traceId())));
                } else {
                    freed.add(key);
                }
                answers.add(new Lanes.Answer.Refused<>(refusal));
            }
        }
        Pipeline writing = pipelines.open();
        idempotency.finish(writing, finished);
        idempotency.free(writing, freed);
        desk.close(writing);
        writing.run();
        return answers;
    }
}
