package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The words about refusals, repeated calls, calls at once and calls in one list. */
final class ManyCalls {

    private static final int USUAL_CAP = 10_000;
    private static final int HOLD_SECONDS = 900;

    /** 600x hold 1. */
    static final Pattern TIMES = Pattern.compile("(\\d+)x (.*)");

    private ManyCalls() {}

    static Map<String, Table.Word> words() {
        Map<String, Table.Word> words = new LinkedHashMap<>();
        words.put("refuse", ManyCalls::refuse);
        words.put("refuse-late", ManyCalls::refuseLate);
        words.put("again", ManyCalls::again);
        words.put("at-once", ManyCalls::atOnce);
        words.put("list", ManyCalls::list);
        words.put("allowed", (table, said) -> {
            assertThat(table.last.stream().filter(ManyCalls::allowed))
                    .as("allowed calls")
                    .hasSize(said.count());
            return null;
        });
        words.put("refused", (table, said) -> {
            assertThat(table.last.stream().filter(answer -> !allowed(answer)))
                    .as("refused calls")
                    .hasSize(said.count());
            return null;
        });
        words.put("answers", (table, said) -> {
            assertThat(new HashSet<>(table.last)).as("different answers").hasSize(said.count());
            return null;
        });
        words.put("decided", ManyCalls::decided);
        words.put("either", ManyCalls::either);
        words.put("cap", (table, said) -> {
            table.ownStage(new BillingSettings(100, HOLD_SECONDS, said.count()));
            return null;
        });
        words.put("own-database", (table, said) -> {
            table.ownStage(new BillingSettings(100, HOLD_SECONDS, USUAL_CAP));
            return null;
        });
        words.put("all-due-in", (table, said) -> {
            String in = said.time().toMillis() + " milliseconds";
            table.wallets().forEach(w -> w.limit(in));
            return null;
        });
        return words;
    }

    /** refuse 402 hold 11; refuse INSUFFICIENT_CREDITS hold 11. Nothing may have been written. */
    private static Object refuse(Table table, Said said) {
        String face = said.word();
        String call = said.rest();
        List<Object> before = table.rows();
        refuseLate(table, new Said(table, face + " " + call));
        assertThat(table.rows()).as("L-08 a refused call changes no row").isEqualTo(before);
        return null;
    }

    /** As refuse, but what time has decided meanwhile may be written down on the way. */
    private static Object refuseLate(Table table, Said said) {
        String face = said.word();
        String call = said.rest();
        Object answer;
        try {
            answer = table.answer(call);
        } catch (Problem problem) {
            assertThat(Words.face(problem).split(" ")).as("refusal").contains(face);
            return null;
        }
        throw new AssertionError("it should be refused with " + face + " but was answered with " + answer);
    }

    /** again settle h1 9: the same answer as the first time, and nothing is written. */
    private static Object again(Table table, Said said) {
        String call = said.rest();
        List<Object> rows = table.rows();
        Object answer = table.answer(call);
        Object before = table.before(call.replace(" @2", ""));
        assertThat(answer).as("L-07 the answer to a repeated call").isEqualTo(before);
        assertThat(table.rows()).as("L-07 a repeated call changes no row").isEqualTo(rows);
        return answer;
    }

    /** at-once 100 hold 10; at-once 2 settle h1 9 / release h1: in turn. */
    private static Object atOnce(Table table, Said said) {
        int callers = said.count();
        String[] calls = said.rest().split("\\s+/\\s+");
        return new Table.Many(ConcurrencyCasesTest.together(callers, i -> () -> {
            Object answer = table.answer(calls[i % calls.length]);
            return answer == null ? "done" : answer;
        }));
    }

    /** list hold 8 | hold 5 | settle h1 2: decided at one desk, committed together. */
    private static Object list(Table table, Said said) {
        List<Object> requests = new ArrayList<>();
        for (String call : said.rest().split("\\s*\\|\\s*")) {
            Matcher times = TIMES.matcher(call);
            int count = times.matches() ? Integer.parseInt(times.group(1)) : 1;
            for (int i = 0; i < count; i++) {
                requests.add(listed(table, times.matches() ? times.group(2) : call));
            }
        }
        return new Table.Many(Objects.requireNonNull(new TransactionTemplate(
                        table.stage().bean(PlatformTransactionManager.class))
                .execute(status -> decide(table.stage().bean(Ledger.class), requests))));
    }

    private static Object listed(Table table, String call) {
        String verb = call.split("\\s+", 2)[0];
        Said said = new Said(table, call.substring(verb.length()));
        Object request = switch (verb) {
            case "hold" -> Words.request(table, said);
            case "settle" -> Words.settlement(table, said);
            case "release" -> Words.releasing(table, said);
            default -> throw new IllegalArgumentException("a list knows no " + verb);
        };
        said.end();
        return request;
    }

    private static List<Object> decide(Ledger ledger, List<Object> requests) {
        List<OrgId> orgs = new ArrayList<>();
        Map<UUID, OrgId> wanted = new HashMap<>();
        for (Object request : requests) {
            switch (request) {
                case HoldRequest hold -> orgs.add(hold.org());
                case SettleRequest settle -> {
                    orgs.add(settle.org());
                    wanted.put(settle.reservation(), settle.org());
                }
                case ReleaseRequest release -> {
                    orgs.add(release.org());
                    wanted.put(release.reservation(), release.org());
                }
                default -> throw new IllegalStateException();
            }
        }
        Desk desk = ledger.open(orgs.stream().distinct().toList(), wanted);
        List<Object> answers = new ArrayList<>();
        for (Object request : requests) {
            answers.add(
                    switch (request) {
                        case HoldRequest hold -> desk.hold(hold);
                        case SettleRequest settle -> desk.settle(settle);
                        case ReleaseRequest release -> desk.release(release);
                        default -> throw new IllegalStateException();
                    });
        }
        desk.close();
        return answers;
    }

    /** decided held short held: the answers of a list, in order. */
    private static Object decided(Table table, Said said) {
        assertThat(table.last.stream()
                        .map(answer -> answer.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT)))
                .as("decisions in their order")
                .containsExactly(said.rest().split(" "));
        return null;
    }

    /** either W(11) or W(20). */
    private static Object either(Table table, Said said) {
        List<AssertionError> wrong = new ArrayList<>();
        for (String way : said.rest().split("\\s+or\\s+")) {
            try {
                table.say(way);
                return null;
            } catch (AssertionError e) {
                wrong.add(e);
            }
        }
        AssertionError none = new AssertionError(
                "neither: " + wrong.stream().map(Throwable::getMessage).toList());
        wrong.forEach(none::addSuppressed);
        throw none;
    }

    private static boolean allowed(Object answer) {
        return switch (answer) {
            case HoldOutcome outcome -> outcome instanceof HoldOutcome.Held;
            case SettleOutcome outcome ->
                outcome instanceof SettleOutcome.Closed || outcome instanceof SettleOutcome.Again;
            case Throwable refused -> {
                if (!(refused instanceof Problem)) {
                    throw new AssertionError("L-19 no class of error: " + refused, refused);
                }
                yield false;
            }
            default -> true;
        };
    }
}
