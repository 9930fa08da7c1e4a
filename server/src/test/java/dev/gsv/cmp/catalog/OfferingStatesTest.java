package dev.gsv.cmp.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section 4.1 as a table: every step from every state. */
class OfferingStatesTest {

    private static Market market;

    @BeforeAll
    static void open() {
        market = Market.open();
    }

    @ParameterizedTest
    @CsvSource({
        "draft, publish, published",
        "draft, unpublish, ",
        "draft, end-of-sale, ",
        "draft, end-of-life, ",
        "published, publish, published",
        "published, unpublish, paused",
        "published, end-of-sale, eos",
        "published, end-of-life, ",
        "paused, publish, published",
        "paused, unpublish, paused",
        "paused, end-of-sale, eos",
        "paused, end-of-life, ",
        "eos, publish, ",
        "eos, unpublish, ",
        "eos, end-of-sale, eos",
        "eos, end-of-life, eol",
        "eol, publish, ",
        "eol, unpublish, ",
        "eol, end-of-sale, ",
        "eol, end-of-life, eol"
    })
    void every_step_from_every_state(String from, String step, String to) {
        String offering = market.draft();
        market.version(offering);
        market.plan(offering);
        in(offering, from);
        Api.Reply reply = market.act(offering, step);
        if (to == null) {
            reply.expect(409, "INVALID_STATE");
            assertThat(market.get(offering).at("/status")).isEqualTo(from);
        } else {
            assertThat(reply.expect(200).at("/status")).isEqualTo(to);
            assertThat(market.get(offering).at("/status")).isEqualTo(to);
        }
    }

    @ParameterizedTest
    @CsvSource({"published, publish", "paused, unpublish", "eos, end-of-sale", "eol, end-of-life"})
    void repeating_a_step_writes_nothing(String state, String step) {
        String offering = market.draft();
        market.version(offering);
        market.plan(offering);
        in(offering, state);
        String before = row(offering);
        market.act(offering, step).expect(200);
        assertThat(row(offering)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "draft, publish, published",
        "draft, pause, ",
        "draft, deprecate, ",
        "published, publish, published",
        "published, pause, paused",
        "published, deprecate, deprecated",
        "paused, publish, published",
        "paused, pause, paused",
        "paused, deprecate, deprecated",
        "deprecated, publish, ",
        "deprecated, pause, ",
        "deprecated, deprecate, deprecated"
    })
    void every_step_of_a_version_from_every_state(String from, String step, String to) {
        String offering = market.draft();
        String version = market.version(offering);
        market.jdbc()
                .sql("update offering_version set status = :status where id = :id")
                .param("status", from)
                .param("id", UUID.fromString(version))
                .update();
        String path = "/api/v1/offerings/" + offering + "/versions/" + version;
        Api.Reply reply = market.api().post(path + "/" + step);
        if (to == null) {
            reply.expect(409, "INVALID_STATE");
        } else {
            assertThat(reply.expect(200).at("/status")).isEqualTo(to);
        }
        assertThat(market.api().get(path).at("/status")).isEqualTo(to == null ? from : to);
    }

    private static void in(String offering, String state) {
        String version = "update offering_version set status = 'published' where offering_id = :id";
        UUID id = UUID.fromString(offering);
        if (!state.equals("draft")) {
            market.jdbc().sql(version).param("id", id).update();
        }
        market.jdbc()
                .sql("update offering set status = :status where id = :id")
                .param("status", state)
                .param("id", id)
                .update();
    }

    /** The row and the transaction that wrote it. */
    private static String row(String offering) {
        return market.jdbc()
                .sql("select o.xmin::text || o::text from offering o where id = :id")
                .param("id", UUID.fromString(offering))
                .query(String.class)
                .single();
    }
}
