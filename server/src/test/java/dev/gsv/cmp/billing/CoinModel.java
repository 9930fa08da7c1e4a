package dev.gsv.cmp.billing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a wallet should do, in the most literal way: every credit is a coin in one of a few places. It shares no code
 * and no idea with the ledger, so that it can judge it. Time is in seconds and only moves when told. An agreed
 * overdraft is a number of tokens: a free one may be set aside or spent like a coin, after all coins.
 */
final class CoinModel {

    static final long HOLD_SECONDS = 900;
    static final long NEVER = Long.MAX_VALUE;

    private static final class Coin {
        final int priority;
        final int born;
        /** The one use that it pays for; null for every use. */
        final String only;

        long ends;
        /** The how many-th that was taken back; 0 for never. */
        int voided;

        String place = "free";

        Coin(int priority, long ends, int born, String only) {
            this.priority = priority;
            this.ends = ends;
            this.born = born;
            this.only = only;
        }

        boolean pays(String use) {
            return only == null || only.equals(use);
        }

        Coin copy() {
            Coin copy = new Coin(priority, ends, born, only);
            copy.voided = voided;
            copy.place = place;
            return copy;
        }
    }

    /** What a hold became. */
    record Ended(long debited, long absorbed, long posted) {}

    /** What is left of one grant, and how much of it is set aside. */
    record Left(long remaining, long held) {}

    private final List<Coin> coins = new ArrayList<>();
    private final Map<String, Long> limits = new TreeMap<>();
    private final Map<String, List<Coin>> order = new TreeMap<>();
    private final Map<String, Long> tokens = new TreeMap<>();
    private final Map<String, String> uses = new HashMap<>();
    /** Which coins paid a settlement, and how much of it was owed. */
    private final Map<String, List<Coin>> payers = new HashMap<>();

    private final Map<String, Long> owed = new HashMap<>();
    private final long overdraft;
    private final int cap;
    private long debt;
    private long now;
    private int births;
    private int voids;

    CoinModel(long overdraft, int cap) {
        this.overdraft = overdraft;
        this.cap = cap;
    }

    /** The same wallet, to try something with; what it paid in the past is forgotten. */
    CoinModel copy() {
        CoinModel copy = new CoinModel(overdraft, cap);
        Map<Coin, Coin> copies = new IdentityHashMap<>();
        coins.forEach(coin -> copies.put(coin, coin.copy()));
        coins.forEach(coin -> copy.coins.add(copies.get(coin)));
        order.forEach((name, own) -> copy.order.put(
                name, new ArrayList<>(own.stream().map(copies::get).toList())));
        copy.limits.putAll(limits);
        copy.tokens.putAll(tokens);
        copy.uses.putAll(uses);
        copy.debt = debt;
        copy.now = now;
        copy.births = births;
        return copy;
    }

    /**
     * New credit pays a debt first, unless it is for one use only; what is left of it are coins. Returns its number.
     */
    int credit(int priority, long amount, long life, String only) {
        settleTime();
        int born = births++;
        long repaid = only == null ? Math.min(debt, amount) : 0;
        debt -= repaid;
        for (long i = 0; i < amount; i++) {
            Coin coin = new Coin(priority, life == NEVER ? NEVER : now + life, born, only);
            coin.place = i < repaid ? "used" : "free";
            coins.add(coin);
        }
        sort();
        return born;
    }

    private void sort() {
        coins.sort(Comparator.comparingInt((Coin coin) -> coin.priority)
                .thenComparingLong(coin -> coin.ends)
                .thenComparingInt(coin -> coin.voided)
                .thenComparingInt(coin -> coin.born));
    }

    /** Takes credit back: what is free at once, what is set aside when it is free again. False when nothing is left. */
    boolean takeBack(int born) {
        settleTime();
        List<Coin> own =
                coins.stream().filter(coin -> coin.born == born && here(coin)).toList();
        if (own.isEmpty() || own.getFirst().voided > 0) {
            return false;
        }
        voids++;
        coins.stream().filter(coin -> coin.born == born).forEach(coin -> {
            coin.ends = now;
            coin.voided = voids;
        });
        sort();
        settleTime();
        return true;
    }

    /** Everything that a settlement took goes back where it was; what was owed pays the debt, or is new credit. */
    void refund(String name) {
        settleTime();
        long owes = owed.remove(name);
        if (owes > 0) {
            credit(GrantKind.PURCHASED.priority(), owes, NEVER, null);
        }
        payers.remove(name).forEach(coin -> coin.place = "free");
        settleTime();
    }

    boolean crowded() {
        settleTime();
        return limits.size() >= cap;
    }

    boolean hold(String name, long amount, String use) {
        settleTime();
        if (room(use) < amount) {
            return false;
        }
        uses.put(name, use);
        order.put(name, new ArrayList<>());
        tokens.put(name, 0L);
        limits.put(name, now + HOLD_SECONDS);
        move(name, amount);
        return true;
    }

    boolean extend(String name, long more) {
        settleTime();
        if (room(uses.get(name)) < more) {
            return false;
        }
        move(name, more);
        return true;
    }

    private void move(String name, long amount) {
        long left = amount;
        for (Coin coin : coins) {
            if (left > 0 && coin.place.equals("free") && coin.pays(uses.get(name))) {
                coin.place = name;
                order.get(name).add(coin);
                left--;
            }
        }
        tokens.merge(name, left, Long::sum);
    }

    boolean lives(String name) {
        settleTime();
        return limits.containsKey(name);
    }

    boolean renew(String name) {
        settleTime();
        return limits.computeIfPresent(name, (same, limit) -> Math.max(limit, now + HOLD_SECONDS)) != null;
    }

    /** The coins that were set aside pay first, then the free ones, then the overdraft; nobody pays the rest. */
    Ended settle(String name, long cost) {
        settleTime();
        List<Coin> own = limits.containsKey(name) ? order.get(name) : List.of();
        free(name);
        List<Coin> paid = new ArrayList<>();
        for (Coin coin : own) {
            pay(coin, cost, paid);
        }
        for (Coin coin : coins) {
            if (coin.pays(uses.get(name))) {
                pay(coin, cost, paid);
            }
        }
        long owes = Math.min(cost - paid.size(), freeTokens());
        debt += owes;
        payers.put(name, paid);
        owed.put(name, owes);
        long debited = paid.size() + owes;
        settleTime();
        return new Ended(debited, cost - debited, posted());
    }

    private static void pay(Coin coin, long cost, List<Coin> paid) {
        if (paid.size() < cost && use(coin)) {
            paid.add(coin);
        }
    }

    private static boolean use(Coin coin) {
        boolean free = coin.place.equals("free");
        coin.place = free ? "used" : coin.place;
        return free;
    }

    Ended release(String name, long measured) {
        settleTime();
        free(name);
        settleTime();
        return new Ended(0, measured, posted());
    }

    private void free(String name) {
        if (limits.remove(name) != null) {
            order.remove(name).forEach(coin -> coin.place = "free");
            tokens.remove(name);
        }
    }

    boolean debit(long amount) {
        settleTime();
        if (room(null) < amount) {
            return false;
        }
        long left = amount;
        for (Coin coin : coins) {
            left -= left > 0 && coin.pays(null) && use(coin) ? 1 : 0;
        }
        debt += left;
        return true;
    }

    void pass(long seconds) {
        now += seconds;
    }

    /** What time decides: holds past their limit are free again, free coins past their end are gone. */
    private void settleTime() {
        List.copyOf(limits.keySet()).stream()
                .filter(name -> limits.get(name) <= now)
                .forEach(this::free);
        coins.stream()
                .filter(coin -> coin.place.equals("free") && coin.ends <= now)
                .forEach(coin -> coin.place = "gone");
    }

    private long freeTokens() {
        return overdraft
                - debt
                - tokens.values().stream().mapToLong(Long::longValue).sum();
    }

    /** What may be set aside or spent for a use now. */
    long room(String use) {
        settleTime();
        return coins.stream()
                        .filter(coin -> coin.place.equals("free") && coin.pays(use))
                        .count()
                + freeTokens();
    }

    String use(String name) {
        return uses.get(name);
    }

    long reserved() {
        settleTime();
        return limits.keySet().stream().mapToLong(this::amount).sum();
    }

    private long amount(String name) {
        return order.get(name).size() + tokens.get(name);
    }

    long posted() {
        settleTime();
        return coins.stream().filter(this::here).count() - debt;
    }

    private boolean here(Coin coin) {
        return coin.place.equals("free") || limits.containsKey(coin.place);
    }

    /** Open holds with their amounts. */
    Map<String, Long> open() {
        settleTime();
        Map<String, Long> open = new TreeMap<>();
        limits.keySet().forEach(name -> open.put(name, amount(name)));
        return open;
    }

    /** What is left of each grant, in burn order; spent grants as 0. */
    List<Left> grants() {
        settleTime();
        Map<Integer, Left> left = new LinkedHashMap<>();
        for (Coin coin : coins) {
            left.merge(
                    coin.born,
                    new Left(here(coin) ? 1 : 0, limits.containsKey(coin.place) ? 1 : 0),
                    (one, other) -> new Left(one.remaining + other.remaining, one.held + other.held));
        }
        return List.copyOf(left.values());
    }
}
