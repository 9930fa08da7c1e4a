package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The model {@code cmp/extractive}: quotes the sentences that answer a question best, and says where they stand.
 *
 * <p>It is no language model and says so in each answer. It works offline and gives the same answer to the same input.
 */
final class Extractive {
    static final String NAME = "cmp/extractive";
    /** Most tokens of an answer, when the call itself allows more. */
    static final int MAX_TOKENS = 800;

    private static final int MAX_SENTENCES = 4;
    private static final int MAX_SENTENCE_CHARS = 400;
    private static final int MAX_TITLE_CHARS = 120;
    /** How much of the question, weighted by how rare its words are, a sentence and its heading must contain. */
    private static final double ENOUGH = 0.25;
    /** How much a further sentence must add, compared with the best one. */
    private static final double WORTH_ADDING = 0.35;
    /** What a word of the question counts for once a chosen sentence has it. */
    private static final double ALREADY_SAID = 0.5;

    private static final double HEADING_WEIGHT = 1.0;
    /** What each sentence between a heading and this one takes from the heading's weight. */
    private static final double FADING = 0.75;

    private static final double TITLE_WEIGHT = 0.3;
    /** How much the retriever's own order counts. */
    private static final double RANK_WEIGHT = 0.05;

    private static final double K1 = 1.2;
    private static final double B = 0.4;

    private static final String WHO = "Answered by " + NAME + ": quotes from the knowledge base, no language model.";

    private record Scored(Sentences.Sentence sentence, double score) {}

    private Extractive() {}

    static ModelReply answer(ModelCall call) {
        List<Scored> best = best(call);
        int limit = Math.min(call.maxTokens(), MAX_TOKENS);
        ModelReply reply = write(call, best);
        for (int n = best.size() - 1; n > 0 && reply.tokensOut() > limit; n--) {
            reply = write(call, best.subList(0, n));
        }
        return reply;
    }

    private static List<Scored> best(ModelCall call) {
        Set<String> asked = Words.significant(call.question());
        List<Sentences.Sentence> sentences = new ArrayList<>();
        for (int i = 0; i < call.passages().size(); i++) {
            sentences.addAll(Sentences.of(i, call.passages().get(i)));
        }
        Map<String, Double> rarity = rarity(asked, sentences);
        double whole = rarity.values().stream().mapToDouble(Double::doubleValue).sum();
        double length = sentences.stream()
                .mapToInt(sentence -> sentence.words().size())
                .average()
                .orElse(1);
        List<Sentences.Sentence> fitting = sentences.stream()
                .filter(sentence -> whole > 0 && found(sentence, rarity) / whole >= ENOUGH)
                .toList();
        return chosen(fitting, sentences, rarity, Math.max(1, length));
    }

    private static double found(Sentences.Sentence sentence, Map<String, Double> rarity) {
        return rarity.entrySet().stream()
                .filter(word -> sentence.near(word.getKey()))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /**
     * Takes the best of the sentences that fit the question, then whichever adds most to it, and so on: a question with
     * two halves gets both.
     */
    private static List<Scored> chosen(
            List<Sentences.Sentence> fitting,
            List<Sentences.Sentence> all,
            Map<String, Double> rarity,
            double averageLength) {
        Map<String, Double> weights = new LinkedHashMap<>(rarity);
        List<Sentences.Sentence> left = new ArrayList<>(fitting);
        List<Scored> chosen = new ArrayList<>();
        while (!left.isEmpty() && chosen.size() < MAX_SENTENCES) {
            Scored best = left.stream()
                    .map(sentence -> new Scored(sentence, score(sentence, weights, averageLength)))
                    .reduce((one, other) -> other.score() > one.score() ? other : one)
                    .orElseThrow();
            if (best.score() <= 0
                    || (!chosen.isEmpty() && best.score() < chosen.getFirst().score() * WORTH_ADDING)) {
                break;
            }
            if (chosen.isEmpty()) {
                left = new ArrayList<>(all);
            }
            chosen.add(best);
            left.removeIf(sentence -> sentence.words().equals(best.sentence().words()));
            weights.replaceAll((word, weight) ->
                    best.sentence().near(word) ? rarity.getOrDefault(word, 0.0) * ALREADY_SAID : weight);
        }
        return chosen;
    }

    private static Map<String, Double> rarity(Set<String> asked, List<Sentences.Sentence> sentences) {
        Map<String, Double> rarity = new LinkedHashMap<>();
        for (String word : asked) {
            long with =
                    sentences.stream().filter(sentence -> sentence.near(word)).count();
            rarity.put(word, Math.log(1 + (sentences.size() - with + 0.5) / (with + 0.5)));
        }
        return rarity;
    }

    private static double score(Sentences.Sentence sentence, Map<String, Double> rarity, double averageLength) {
        double score = 0;
        for (Map.Entry<String, Double> word : rarity.entrySet()) {
            long times = sentence.words().stream().filter(word.getKey()::equals).count();
            double norm = K1 * (1 - B + B * sentence.words().size() / averageLength);
            double own = times * (K1 + 1) / (times + norm);
            double heading = sentence.heading().contains(word.getKey())
                    ? HEADING_WEIGHT * Math.pow(FADING, sentence.below())
                    : 0;
            double title = sentence.title().contains(word.getKey()) ? TITLE_WEIGHT : 0;
            score += word.getValue() * Math.max(own, Math.max(heading, title));
        }
        return score / (1 + RANK_WEIGHT * sentence.passage());
    }

    private static ModelReply write(ModelCall call, List<Scored> best) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("model", NAME);
        String text = best.isEmpty() ? nothing(call) : quotes(call, best, data);
        if (best.isEmpty()) {
            data.putArray("citations");
        }
        return new ModelReply(text, call.tokens(), Tokens.count(text), false, data);
    }

    private static String nothing(ModelCall call) {
        String why = call.passages().isEmpty()
                ? "I found nothing about this: no passage of the knowledge base came to this question."
                : "I found nothing about this in the knowledge base.";
        return why
                + "\n\nTo have it answered here, add a document, or a question with its answer, to the knowledge base"
                + " of this agent and ask again.\n\n" + WHO;
    }

    private static String quotes(ModelCall call, List<Scored> best, ObjectNode data) {
        List<Scored> inOrder = new ArrayList<>(best);
        inOrder.sort(Comparator.<Scored>comparingInt(one -> rank(best, one))
                .thenComparingInt(one -> one.sentence().position()));
        Map<Integer, List<String>> byPassage = new LinkedHashMap<>();
        StringBuilder text = new StringBuilder();
        for (Scored one : inOrder) {
            String quote = cut(one.sentence().text(), MAX_SENTENCE_CHARS);
            byPassage
                    .computeIfAbsent(one.sentence().passage(), passage -> new ArrayList<>())
                    .add(quote);
            text.append(text.isEmpty() ? "“" : " “")
                    .append(quote)
                    .append("” [")
                    .append(List.copyOf(byPassage.keySet())
                                    .indexOf(one.sentence().passage())
                            + 1)
                    .append(']');
        }
        text.append("\n\nSources:");
        List<Passage> cited = new ArrayList<>();
        byPassage.forEach((index, quoted) -> {
            Passage passage = call.passages().get(index);
            cited.add(new Passage(
                    passage.documentId(), passage.title(), String.join(" ", quoted), passage.score(), passage.place()));
            text.append("\n[").append(cited.size()).append("] ").append(cut(name(passage), MAX_TITLE_CHARS));
        });
        Citations.put(data, "citations", cited);
        return text.append("\n\n").append(WHO).toString();
    }

    /** The place of the best sentence of the same passage: passages come in the order of their best sentence. */
    private static int rank(List<Scored> best, Scored one) {
        for (int i = 0; i < best.size(); i++) {
            if (best.get(i).sentence().passage() == one.sentence().passage()) {
                return i;
            }
        }
        return best.size();
    }

    private static String name(Passage passage) {
        if (!passage.title().isBlank()) {
            return passage.title().strip();
        }
        return passage.documentId().isBlank() ? "untitled" : passage.documentId();
    }

    private static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = text.lastIndexOf(' ', most);
        end = end < most / 2 ? text.offsetByCodePoints(0, text.codePointCount(0, most) - 1) : end;
        return text.substring(0, end) + "…";
    }
}
