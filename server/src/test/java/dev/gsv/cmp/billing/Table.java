package dev.gsv.cmp.billing;

import dev.gsv.cmp.Database;
import dev.gsv.cmp.kit.Credits;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What lies on the table while a case is played: its wallets and holds by name, and what was answered last. */
final class Table implements AutoCloseable {

    private static final Pattern BALANCE = Pattern.compile("([A-Z]\\w*)\\((-?[\\d.]+)(?:/([\\d.]+))?\\)");

    /** One word of the language. Rooms and sections may add words of their own. */
    @FunctionalInterface
    interface Word {
        /** Does what is said and returns the answer; null when nobody answers. A refusal is thrown as a problem. */
        Object say(Table table, Said said);
    }

    record Held(Scene scene, UUID id) {}

    private final Map<String, Word> words;
    private final Map<String, Scene> wallets = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, Held> holds = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, Object> answers = new HashMap<>();
    private final List<Stage> own = new ArrayList<>();
    private final Map<Duration, Stage> nodes = new HashMap<>();
    private Stage stage;
    /** What the last step answered; one item unless it was many calls. */
    List<Object> last = List.of();
    /** The price of what is held from now on. */
    RateCard card = Scene.ONE_EACH;

    Table(Map<String, Word> words) {
        this.words = words;
    }

    /** Does one step. */
    void say(String step) {
        if (step.startsWith("given ")) {
            for (String part : step.substring("given ".length()).split(",")) {
                given(part.strip());
            }
        } else if (step.startsWith("then ")) {
            for (String part : step.substring("then ".length()).split(",")) {
                check(part.strip());
            }
        } else {
            String text = step.startsWith("when ") ? step.substring("when ".length()) : step;
            if (BALANCE.matcher(text).matches()) {
                check(text);
                return;
            }
            Object answer = answer(text);
            if (answer != null) {
                answers.putIfAbsent(text, answer);
                last = answer instanceof Many many ? many.answers() : List.of(answer);
            }
        }
    }

    /** Answers of many calls. */
    record Many(List<Object> answers) {}

    /** Does what is said and returns its answer. */
    Object answer(String text) {
        Matcher times = ManyCalls.TIMES.matcher(text);
        if (times.matches()) {
            List<Object> all = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(times.group(1)); i++) {
                all.add(answer(times.group(2)));
            }
            return all.getLast();
        }
        String first = text.split("\\s+", 2)[0];
        Word word = words.get(first);
        if (word == null) {
            throw new IllegalArgumentException("there is no word '" + first + "'; there are " + words.keySet());
        }
        Said said = new Said(this, text.substring(first.length()));
        Object answer = word.say(this, said);
        said.end();
        return answer;
    }

    /** What the same call answered when it was made first. */
    Object before(String text) {
        Object before = answers.get(text);
        if (before == null) {
            throw new IllegalArgumentException("'" + text + "' was not said before");
        }
        return before;
    }

    private void given(String part) {
        Matcher balance = BALANCE.matcher(part);
        if (!balance.matches()) {
            say(part);
            return;
        }
        answer("wallet " + balance.group(1) + " " + balance.group(2));
        if (balance.group(3) != null) {
            answer("hold " + balance.group(1) + " " + balance.group(3));
        }
    }

    private void check(String part) {
        Matcher balance = BALANCE.matcher(part);
        if (balance.matches()) {
            String held = balance.group(3) == null ? "0" : balance.group(3);
            answer("show " + balance.group(1) + " " + balance.group(2) + " " + held);
        } else {
            answer(part);
        }
    }

    Scene newWallet(String name, Credits credits) {
        if (wallets.containsKey(name)) {
            throw new IllegalArgumentException("there is a wallet " + name + " already");
        }
        Scene scene = Scene.scene(stage(), 0);
        if (credits.micros() > 0) {
            scene.ledger.topUp(scene.org, credits, "order:case");
        }
        wallets.put(name, scene);
        return scene;
    }

    boolean hasWallet(String name) {
        return wallets.containsKey(name);
    }

    Scene wallet(String name) {
        return wallets.get(name);
    }

    Scene wallet() {
        return wallets().stream().findFirst().orElseThrow(() -> new IllegalArgumentException("there is no wallet yet"));
    }

    List<Scene> wallets() {
        return List.copyOf(wallets.values());
    }

    boolean hasHold(String name) {
        return holds.containsKey(name);
    }

    Held hold(String name) {
        return holds.get(name);
    }

    Held hold() {
        if (holds.isEmpty()) {
            throw new IllegalArgumentException("there is no hold yet");
        }
        return List.copyOf(holds.values()).getLast();
    }

    void newHold(String name, Held held) {
        synchronized (holds) {
            holds.put(name == null ? "hold-" + holds.size() : name, held);
        }
    }

    /** Everything that could change, for "no row was written". */
    List<Object> rows() {
        List<Object> rows = new ArrayList<>();
        for (Scene scene : wallets()) {
            rows.add(scene.rows());
            rows.add(scene.sql("select to_jsonb(w) - 'updated_at' || '{}' from wallet w where org_id = :org")
                    .query(String.class)
                    .single());
        }
        return rows;
    }

    Stage stage() {
        return stage == null ? Stage.shared() : stage;
    }

    /** The case gets a database of its own with these settings. */
    void ownStage(BillingSettings settings) {
        stage = Stage.over(Database.fresh(), settings);
        own.add(stage);
    }

    /** One more node over the same database, whose own clock is off by so much. */
    synchronized Stage node(Duration ahead) {
        return nodes.computeIfAbsent(ahead, time -> {
            Stage node = Stage.over(stage().database(), Stage.USUAL, Clock.offset(Clock.systemUTC(), time));
            own.add(node);
            return node;
        });
    }

    @Override
    public void close() {
        own.forEach(Stage::close);
    }
}
