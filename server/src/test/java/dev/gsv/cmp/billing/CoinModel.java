package dev.gsv.cmp.billing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a wallet should do, in the most literal way: every credit is a coin in one of a few places. It shares no code
 * and no idea with the ledger, so that it can judge it. Time is in seconds and only moves when told.
 */
final class CoinModel {

    static final long HOLD_SECONDS = 900;
    static final long NEVER = Long.MAX_VALUE;

    private static final class Coin {
        final int priority;
        final long ends;
        final int born;
        String place = "free";

        Coin(int priority, long ends, int born) {
            this.priority = priority;
            this.ends = ends;
            this.born = born;
        }
    }

    /** What a hold became. */
    record Ended(long debited, long absorbed) {}

    private final List<Coin> coins = new ArrayList<>();
    private final Map<String, Long> limits = new TreeMap<>();
    private final Map<String, List<Coin>> order = new TreeMap<>();
    final Map<String, Ended> ended = new TreeMap<>();
    private long now;
    private int births;

    void credit(int priority, long amount, long life) {
        settleTime();
        int born = births++;
        for (long i = 0; i < amount; i++) {
            coins.add(new Coin(priority, life == NEVER ? NEVER : now + life, born));
        }
        coins.sort(Comparator.comparingInt((Coin coin) -> coin.priority)
                .thenComparingLong(coin -> coin.ends)
                .thenComparingInt(coin -> coin.born));
    }

    boolean hold(String name, long amount) {
        settleTime();
        if (available() < amount) {
            return false;
        }
        order.put(name, new ArrayList<>());
        limits.put(name, now + HOLD_SECONDS);
        move(name, amount);
        return true;
    }

    boolean extend(String name, long more) {
        settleTime();
        if (available() < more) {
            return false;
        }
        move(name, more);
        return true;
    }

    private void move(String name, long amount) {
        List<Coin> free =
                coins.stream().filter(coin -> coin.place.equals("free")).toList();
        for (long i = 0; i < amount; i++) {
            Coin coin = free.get((int) i);
            coin.place = name;
            order.get(name).add(coin);
        }
    }

    boolean lives(String name) {
        settleTime();
        return limits.containsKey(name);
    }

    Ended settle(String name, long cost) {
        settleTime();
        List<Coin> own = limits.containsKey(name) ? order.get(name) : List.of();
        own.forEach(coin -> coin.place = "free");
        limits.remove(name);
        long debited = 0;
        for (Coin coin : own) {
            if (debited < cost) {
                coin.place = "used";
                debited++;
            }
        }
        for (Coin coin : coins) {
            if (debited < cost && coin.place.equals("free")) {
                coin.place = "used";
                debited++;
            }
        }
        settleTime();
        Ended result = new Ended(debited, cost - debited);
        ended.put(name, result);
        return result;
    }

    Ended release(String name, long measured) {
        settleTime();
        if (limits.remove(name) != null) {
            order.get(name).forEach(coin -> coin.place = "free");
        }
        settleTime();
        Ended result = new Ended(0, measured);
        ended.put(name, result);
        return result;
    }

    boolean debit(long amount) {
        settleTime();
        if (available() < amount) {
            return false;
        }
        coins.stream()
                .filter(coin -> coin.place.equals("free"))
                .limit(amount)
                .toList()
                .forEach(coin -> coin.place = "used");
        return true;
    }

    void pass(long seconds) {
        now += seconds;
    }

    /** What time decides: holds past their limit are free again, free coins past their end are gone. */
    private void settleTime() {
        limits.entrySet().removeIf(limit -> {
            boolean over = limit.getValue() <= now;
            if (over) {
                order.get(limit.getKey()).forEach(coin -> coin.place = "free");
            }
            return over;
        });
        coins.stream()
                .filter(coin -> coin.place.equals("free") && coin.ends <= now)
                .forEach(coin -> coin.place = "gone");
    }

    long available() {
        settleTime();
        return coins.stream().filter(coin -> coin.place.equals("free")).count();
    }

    long reserved() {
        settleTime();
        return coins.stream().filter(coin -> limits.containsKey(coin.place)).count();
    }

    /** Coins left of each grant, in burn order; spent grants as 0. */
    List<Long> remaining() {
        settleTime();
        Map<Integer, Long> left = new java.util.LinkedHashMap<>();
        for (Coin coin : coins) {
            boolean here = coin.place.equals("free") || limits.containsKey(coin.place);
            left.merge(coin.born, here ? 1L : 0L, Long::sum);
        }
        return List.copyOf(left.values());
    }
}
