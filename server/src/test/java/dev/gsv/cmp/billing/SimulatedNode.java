package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Lanes;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.TransactionSystemException;

/**
 * One node of the simulation: lanes over a desk, as production has them, with the key of each call written in the same
 * transaction. Its database connection fails on request, at the worst moment.
 */
final class SimulatedNode implements AutoCloseable {

    static final Lanes.Limits LIMITS = new Lanes.Limits(2, 6, 4);

    /** What happens to the next commit of a batch. */
    enum Fault {
        NONE,
        /** The connection breaks before the commit: nothing is there, and nobody is told. */
        BEFORE_COMMIT,
        /** The connection breaks after it: all is there, and nobody is told. */
        AFTER_COMMIT,
        /** The database gives up on a deadlock; the batch is done again. */
        DEADLOCK
    }

    /** A call that was decided, in the order in which wallets were locked. */
    record Decided(int order, SimulatedCall call, Object answer) {}

    /** What the nodes share: one world of wallets, holds and keys. */
    static final class World {
        final List<OrgId> orgs = new ArrayList<>();
        final UUID instance = UUID.randomUUID();
        final Map<String, UUID> holds = new ConcurrentHashMap<>();
        final Map<String, Object> answers = new ConcurrentHashMap<>();
        final List<Decided> committed = new ArrayList<>();
        final List<String> unexplained = new java.util.concurrent.CopyOnWriteArrayList<>();
        private final AtomicInteger order = new AtomicInteger();
    }

    private final World world;
    private final Ledger ledger;
    private final JdbcClient jdbc;
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Lanes<SimulatedCall, Object> lanes;
    private final ThreadLocal<List<Decided>> undecided = ThreadLocal.withInitial(ArrayList::new);
    final AtomicReference<Fault> fault = new AtomicReference<>(Fault.NONE);
    final AtomicInteger faults = new AtomicInteger();

    SimulatedNode(Stage stage, World world) {
        this.world = world;
        this.ledger = stage.bean(Ledger.class);
        this.jdbc = stage.bean(JdbcClient.class);
        this.lanes = new Lanes<>(
                "simulated",
                LIMITS,
                SimulatedCall::wallet,
                this::work,
                new Faulty(stage.bean(PlatformTransactionManager.class)),
                meters);
        lanes.start();
    }

    Object submit(SimulatedCall call) {
        return lanes.submit(call);
    }

    /** Calls that wait in the lanes. */
    int queued() {
        return (int) meters.get("cmp.lanes.queued").gauge().value();
    }

    /** A batch that fails is done again one by one, which would hide why it failed: only what we broke may break it. */
    private List<Lanes.Answer<Object>> work(List<SimulatedCall> batch) {
        try {
            return decided(batch);
        } catch (CannotAcquireLockException | Poisoned simulated) {
            throw simulated;
        } catch (RuntimeException e) {
            world.unexplained.add(batch + " failed: " + e);
            throw e;
        }
    }

    private static final class Poisoned extends IllegalStateException {}

    private List<Lanes.Answer<Object>> decided(List<SimulatedCall> batch) {
        undecided.get().clear();
        if (batch.getFirst() instanceof SimulatedCall.Gate gate) {
            gate.closed().countDown();
            try {
                gate.open().await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return List.of(new Lanes.Answer.Done<>("open"));
        }
        Map<UUID, OrgId> wanted = new HashMap<>();
        batch.forEach(call -> {
            UUID hold = world.holds.get(hold(call));
            if (hold != null) {
                wanted.put(hold, org(call));
            }
        });
        Desk desk = ledger.open(batch.stream().map(this::org).distinct().toList(), wanted);
        Set<String> known = known(batch);
        List<Lanes.Answer<Object>> answers = new ArrayList<>();
        for (SimulatedCall call : batch) {
            if (known.add(call.key())) {
                Object answer = decide(desk, call);
                undecided.get().add(new Decided(world.order.incrementAndGet(), call, answer));
                world.answers.put(call.key(), answer);
            }
            answers.add(new Lanes.Answer.Done<>(world.answers.get(call.key())));
        }
        desk.close();
        keep(undecided.get());
        if (fault.compareAndSet(Fault.DEADLOCK, Fault.NONE)) {
            faults.incrementAndGet();
            throw new CannotAcquireLockException("simulated", new SQLException("deadlock", "40P01"));
        }
        return answers;
    }

    private OrgId org(SimulatedCall call) {
        return world.orgs.get(call.wallet());
    }

    private static String hold(SimulatedCall call) {
        return switch (call) {
            case SimulatedCall.Extend extend -> extend.hold();
            case SimulatedCall.Settle settle -> settle.hold();
            case SimulatedCall.Release release -> release.hold();
            default -> "";
        };
    }

    /** The key of a call is read and written under the lock of its wallet. */
    private Set<String> known(List<SimulatedCall> batch) {
        String[] keys = batch.stream().map(SimulatedCall::key).toArray(String[]::new);
        return new HashSet<>(jdbc.sql("select key from simulated_key where key = any(:keys)")
                .param("keys", keys)
                .query(String.class)
                .list());
    }

    private void keep(List<Decided> decided) {
        jdbc.sql("insert into simulated_key select unnest(:keys::text[])")
                .param("keys", decided.stream().map(one -> one.call().key()).toArray(String[]::new))
                .update();
    }

    private Object decide(Desk desk, SimulatedCall call) {
        OrgId org = org(call);
        try {
            return switch (call) {
                case SimulatedCall.Hold hold -> {
                    HoldOutcome outcome = desk.hold(new HoldRequest(
                            org,
                            world.instance,
                            null,
                            Credits.of(hold.amount()),
                            Scene.ONE_EACH,
                            Scene.purposes(hold.use())));
                    if (outcome instanceof HoldOutcome.Held held) {
                        world.holds.put(hold.key(), held.reservation());
                    }
                    yield outcome;
                }
                case SimulatedCall.Extend extend -> desk.extend(org, id(extend.hold()), Credits.of(extend.more()));
                case SimulatedCall.Settle settle ->
                    desk.settle(new SettleRequest(org, id(settle.hold()), world.instance, Scene.used(settle.cost())));
                case SimulatedCall.Release release ->
                    desk.release(new ReleaseRequest(org, id(release.hold()), Scene.used(release.measured()), "failed"));
                case SimulatedCall.Debit debit ->
                    desk.entry(desk.debit(
                            org,
                            Credits.of(debit.amount()),
                            EntryType.USAGE,
                            Transfer.Cause.of("plan:" + debit.key())));
                case SimulatedCall.Credit credit ->
                    desk.entry(desk.grants()
                            .grant(
                                    org,
                                    Credits.of(credit.amount()),
                                    terms(credit, desk.now()),
                                    EntryType.TOPUP,
                                    "order:" + credit.key())
                            .line());
                case SimulatedCall.Poison poison -> throw new Poisoned();
                case SimulatedCall.Gate gate -> throw new IllegalStateException("a gate is alone");
            };
        } catch (Problem refusal) {
            return refusal;
        }
    }

    private static Grant.Terms terms(SimulatedCall.Credit credit, Instant now) {
        Instant end = credit.life() == CoinModel.NEVER ? null : Instant.now().plusSeconds(credit.life());
        return new Grant.Terms(credit.kind(), credit.kind().priority(), now, end, now, credit.only(), null);
    }

    private UUID id(String hold) {
        return world.holds.getOrDefault(hold, world.instance);
    }

    /** Without a stack, which the log would show each time. */
    private static final class Broken extends TransactionSystemException {
        Broken(String what) {
            super("simulated: " + what);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** Commits, or fails as it was told to. What was committed is known to the judge. */
    private final class Faulty implements PlatformTransactionManager {
        private final PlatformTransactionManager real;

        Faulty(PlatformTransactionManager real) {
            this.real = real;
        }

        @Override
        public TransactionStatus getTransaction(TransactionDefinition definition) {
            return real.getTransaction(definition);
        }

        @Override
        public void commit(TransactionStatus status) {
            Fault now = undecided.get().isEmpty() ? Fault.NONE : fault.getAndSet(Fault.NONE);
            if (now == Fault.BEFORE_COMMIT) {
                faults.incrementAndGet();
                real.rollback(status);
                throw new Broken("the connection broke before the commit");
            }
            real.commit(status);
            synchronized (world) {
                world.committed.addAll(undecided.get());
            }
            if (now == Fault.AFTER_COMMIT) {
                faults.incrementAndGet();
                throw new Broken("the connection broke after the commit");
            }
        }

        @Override
        public void rollback(TransactionStatus status) {
            real.rollback(status);
        }
    }

    @Override
    public void close() {
        lanes.stop();
    }
}
