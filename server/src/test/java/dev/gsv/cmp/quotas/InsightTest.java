package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sections 3 and 6 of the quotas contract: what holds, what is violated, and when to come back. */
class InsightTest {

    /** 22:30:00 on the 30th of a month of 30 days. */
    private static final Instant LATE = Instant.parse("2026-04-30T22:30:00Z");

    private static final List<String> NAMES = List.of(
            "requests_per_day",
            "requests_per_month",
            "total_requests",
            "tokens_per_hour",
            "tokens_per_day",
            "tokens_per_month");

    private static Effective limits(boolean strict, String... limited) {
        Long[] limit = NAMES.stream()
                .map(name -> List.of(limited).contains(name) ? 10L : null)
                .toArray(Long[]::new);
        Long concurrent = List.of(limited).contains("concurrency") ? 10L : null;
        Allowance allowance = new Allowance(concurrent, limit[0], limit[1], limit[2], limit[3], limit[4], limit[5]);
        return new Effective(allowance, allowance, false, strict, false);
    }

    private static Used used(long each, long flying) {
        return new Used(each, each, each, each, each, each, flying, flying);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "tokens_per_hour; 1800; hour",
                "requests_per_day; 5400; day",
                "tokens_per_day; 5400; day",
                "requests_per_month; 5400; month",
                "tokens_per_hour,tokens_per_month; 5400; month",
                "requests_per_day,requests_per_month; 5400; month",
                "total_requests; ; ",
                "requests_per_day,total_requests; ; "
            })
    void the_wait_is_the_longest_of_the_violated_windows(String names, @Nullable Long seconds, @Nullable String scope) {
        Insight insight = Insight.of(limits(false, names.split(",")), used(10, 0), 0, LATE);
        assertThat(insight.violations()).containsExactly(names.split(","));
        assertThat(insight.retryAfterSec()).isEqualTo(seconds);
        assertThat(insight.retryScope()).isEqualTo(scope);
    }

    @Test
    void all_violations_are_told_in_the_fixed_order_and_windows_come_before_concurrency() {
        String[] all = NAMES.toArray(String[]::new);
        assertThat(Insight.of(limits(false, all), used(10, 0), 0, LATE).reason())
                .isEqualTo("requests_per_day|requests_per_month|total_requests|tokens_per_hour|tokens_per_day"
                        + "|tokens_per_month");
        assertThat(Insight.of(limits(false, "concurrency"), used(0, 10), 0, LATE)
                        .violations())
                .containsExactly("concurrency");
        assertThat(Insight.of(limits(false, "concurrency", "requests_per_day"), used(0, 10), 0, LATE)
                        .violations())
                .containsExactly("requests_per_day");
    }

    @Test
    void what_is_only_in_flight_gives_no_time() {
        Insight insight = Insight.of(limits(false, "requests_per_day"), used(5, 5), 0, LATE);
        assertThat(insight.violations()).containsExactly("requests_per_day");
        assertThat(insight.retryAfterSec()).isNull();
        assertThat(Insight.of(limits(false, "concurrency"), used(0, 10), 0, LATE)
                        .retryAfterSec())
                .isNull();
    }

    @Test
    void one_run_may_go_beyond_a_limit_of_tokens_unless_the_policy_is_strict() {
        assertThat(Insight.of(limits(false, "tokens_per_day"), used(9, 0), 500, LATE)
                        .allowed())
                .isTrue();
        assertThat(Insight.of(limits(true, "tokens_per_day"), used(9, 0), 2, LATE)
                        .allowed())
                .isFalse();
        assertThat(Insight.of(limits(true, "tokens_per_day"), used(9, 0), 1, LATE)
                        .allowed())
                .isTrue();
    }

    @Test
    void zero_refuses_always_and_messages_are_the_smallest_remainder() {
        Allowance none = new Allowance(null, 0L, 7L, null, null, null, null);
        Insight insight = Insight.of(new Effective(none, none, false, false, false), used(0, 0), 0, LATE);
        assertThat(insight.violations()).containsExactly("requests_per_day");
        assertThat(insight.messagesRemaining()).isZero();
        assertThat(Insight.of(limits(false), used(99, 99), 0, LATE).messagesRemaining())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {"10 | | 10", "10 | 50 | 60", "10 | 50,100 | 160", "null | 50 | null", "10 | null | 10"})
    void additions_are_summed_on_the_base(@Nullable Long base, @Nullable String grants, @Nullable Long effective) {
        Allowance policy = new Allowance(null, base, null, null, null, null, null);
        Allowance more = Allowance.NONE;
        if (grants != null) {
            for (String grant : grants.split(",")) {
                more = more.and(new Allowance(null, Long.valueOf(grant), null, null, null, null, null));
            }
        }
        assertThat(policy.raisedBy(more).requestsPerDay()).isEqualTo(effective);
    }

    @Test
    void costs_are_rounded_half_up_and_estimates_up_with_a_margin() {
        Quote cheap = new Quote("p", "m", 1, 1, 1, true);
        assertThat(Quote.costs(List.of(new Quote.Consumed(cheap, 499_999, 0, 0))))
                .containsEntry("p", 0L);
        assertThat(Quote.costs(List.of(new Quote.Consumed(cheap, 500_000, 0, 0))))
                .containsEntry("p", 1L);
        assertThat(Quote.estimates(List.of(new Quote.Consumed(cheap, 1, 0, 0)))).containsEntry("p", 1L);
        assertThat(Quote.estimates(List.of(new Quote.Consumed(cheap, 100_000_000, 0, 0))))
                .containsEntry("p", 115L);
        assertThat(Quote.estimates(List.of(new Quote.Consumed(cheap, 0, 0, 0)))).containsEntry("p", 0L);
    }

    @Test
    void keys_of_different_ids_differ_however_they_are_cut() {
        assertThat(IntStream.of(0).mapToObj(i -> Key.of("a:b", "c")).toList())
                .doesNotContain(Key.of("a", "b:c"), Key.of("a:b:c"), Key.of("a:b", "c", ""));
    }
}
