package dev.gsv.cmp.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.billing.HoldRequest;
import dev.gsv.cmp.billing.RateCard;
import dev.gsv.cmp.flows.Usage;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Lanes;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Rule 5 of section 11.3: the hold grows with the run, and the run ends where the wallet cannot follow. */
class HoldingTest {

    private final Booth booth = Booth.of(Booth.ECHO, Map.of()).withCredits(20);

    @SuppressWarnings("unchecked") // The bean's type is in its name.
    private final Lanes<Posting, Posting.Posted> lanes = booth.harness().bean("postings", Lanes.class);

    private Opened opened(long credits) {
        UUID instance = UUID.fromString(booth.question("x").get("instance_id").toString());
        Posting.Posted posted = lanes.submit(new Posting.Authorize(
                new HoldRequest(booth.org(), instance, null, Credits.of(credits), RateCard.STANDARD),
                null,
                answer -> "{}"));
        Authorizations.Answer.Allowed allowed =
                (Authorizations.Answer.Allowed) ((Posting.Posted.Authorized) posted).answer();
        return new Opened(
                booth.org(), UUID.randomUUID(), instance, allowed.held().reservation(), null, Credits.of(20));
    }

    /** The standard card: a credit per 1000 tokens in, and one per request. */
    private static Usage tokens(long in) {
        return new Usage(in, 0, 0, 1, 0, 0, Usage.REPORTED);
    }

    private String reserved() {
        return booth.wallet().at("/reserved");
    }

    @Test
    void tp_41_more_is_held_as_the_run_grows_and_it_is_cut_off_where_the_wallet_cannot_follow() {
        Holding holding = new Holding(lanes, opened(3), RateCard.STANDARD, Credits.of(3));
        assertThat(holding.covers(tokens(2000))).isTrue();
        assertThat(reserved()).as("what is held is enough").isEqualTo("3");
        assertThat(holding.covers(tokens(9000))).isTrue();
        assertThat(reserved()).as("9 for the tokens, 1 for the request").isEqualTo("10");
        assertThat(holding.covers(tokens(30_000))).isFalse();
        assertThat(reserved()).as("TP-30: the hold stays as it was").isEqualTo("10");
        assertThat(holding.covers(tokens(9000))).isTrue();
        booth.keepsTheLaws();
    }

    @Test
    void a_hold_that_is_over_covers_nothing_more() {
        Opened run = opened(3);
        booth.sql("update hold set expires_at = clock_timestamp() where org_id = :org")
                .update();
        booth.sql("update wallet set due_at = clock_timestamp() where org_id = :org")
                .update();
        assertThat(new Holding(lanes, run, RateCard.STANDARD, Credits.of(3)).covers(tokens(9000)))
                .isFalse();
    }

    @Test
    void a_run_that_was_cut_off_pays_for_what_it_used() {
        assertThat(new Ending(
                                Run.Status.FAILED,
                                new Run.Used(1500, 0, 0, 1, 0, "reported"),
                                new Run.Error("CREDIT_EXHAUSTED", "no credit is left", null),
                                List.of(),
                                Harness.unique("trace"),
                                Map.of())
                        .charged())
                .isTrue();
    }
}
