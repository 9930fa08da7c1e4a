package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Hands;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

class ConversationsTest {
    private final Seller seller = Seller.open();
    private final String offering = seller.offering();
    private final Seller.Bought bought = seller.sell(offering);
    private final Hands clock = new Hands(Instant.parse("2026-05-01T12:00:00Z"));
    private final Conversations conversations = new Conversations(
            Harness.shared().bean(ChatMessageStore.class), Harness.shared().bean(TransactionOperations.class), clock);

    private History history(Seller.Bought of) {
        return conversations.of(new OrgId(of.org()), of.instance());
    }

    private static List<Turn> talk(String question, String answer) {
        return List.of(new Turn(Turn.USER, question), new Turn(Turn.ASSISTANT, answer, "Bot", null));
    }

    @Test
    void turns_come_back_in_their_order_the_newest_of_them_when_fewer_are_asked_for() {
        History history = history(bought);
        history.append("s", talk("one", "two"));
        history.append("s", talk("three", "vier 👋"));
        assertThat(history.last("s", 10))
                .extracting(Turn::role, Turn::content, Turn::name)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple("user", "one", ""),
                        org.assertj.core.api.Assertions.tuple("assistant", "two", "Bot"),
                        org.assertj.core.api.Assertions.tuple("user", "three", ""),
                        org.assertj.core.api.Assertions.tuple("assistant", "vier 👋", "Bot"));
        assertThat(history.last("s", 1)).extracting(Turn::content).containsExactly("vier 👋");
        assertThat(history.last("s", 0)).isEmpty();
    }

    @Test
    void a_session_is_never_shared_between_instances() {
        Seller.Bought other = seller.sell(seller.offering());
        history(bought).append("same name", talk("mine", "yours"));
        assertThat(history(other).last("same name", 10)).isEmpty();
        assertThat(history(bought).last("another", 10)).isEmpty();
        assertThat(conversations.of(new OrgId(other.org()), bought.instance()).last("same name", 10))
                .isEmpty();
    }

    @Test
    void without_a_session_nothing_is_remembered() {
        for (String session : new String[] {"", "  ", "x".repeat(Conversations.MAX_SESSION + 1), "a\u0000b"}) {
            history(bought).append(session, talk("q", "a"));
            assertThat(history(bought).last(session, 10)).isEmpty();
        }
    }

    @Test
    void a_session_keeps_its_limit_and_messages_their_time() {
        History history = history(bought);
        List<Turn> many = new ArrayList<>();
        for (int i = 0; i < Conversations.MAX_MESSAGES + 5; i++) {
            many.add(new Turn(Turn.USER, "m" + i));
        }
        history.append("long", many);
        List<Turn> kept = history.last("long", Integer.MAX_VALUE);
        assertThat(kept).hasSize(Conversations.MAX_MESSAGES);
        assertThat(kept.getFirst().content()).isEqualTo("m5");

        clock.forward(Conversations.KEPT_FOR.plus(Duration.ofDays(1)));
        assertThat(history.last("long", 10)).isEmpty();
        assertThat(conversations.sweep(10_000)).isGreaterThanOrEqualTo(Conversations.MAX_MESSAGES);
    }

    @Test
    void odd_texts_are_kept_as_far_as_a_database_can() {
        History history = history(bought);
        history.append("odd", List.of(new Turn(Turn.USER, "a\u0000b " + "👋".repeat(80_000))));
        String text = history.last("odd", 1).getFirst().content();
        assertThat(text).doesNotContain("\u0000").hasSizeLessThanOrEqualTo(Conversations.MAX_TEXT);
        assertThat(Character.isHighSurrogate(text.charAt(text.length() - 1))).isFalse();
    }

    @Test
    void many_at_once_lose_nothing() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(IntStream.range(0, 20)
                    .<Callable<Boolean>>mapToObj(i -> () -> {
                        history(bought).append("busy", talk("q" + i, "a" + i));
                        return true;
                    })
                    .toList())) {
                done.get();
            }
        }
        assertThat(history(bought).last("busy", 100)).hasSize(40);
    }

    @Test
    void what_is_forgotten_is_gone() {
        OrgId org = new OrgId(bought.org());
        history(bought).append("a", talk("q", "a"));
        history(bought).append("b", talk("q", "a"));
        assertThat(conversations.forget(org, bought.instance(), "a")).isEqualTo(2);
        assertThat(history(bought).last("a", 10)).isEmpty();
        assertThat(history(bought).last("b", 10)).hasSize(2);
        assertThat(conversations.forget(org, bought.instance())).isEqualTo(2);
    }
}
