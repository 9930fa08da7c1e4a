package dev.gsv.cmp.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Harness;
import dev.gsv.cmp.flows.Seller;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KnowledgeTest {
    private static final String REFUNDS = "# Refunds\n\nYou may return an order within 30 days for a full refund.\n\n"
            + "# Shipping\n\nParcels leave our warehouse in Hamburg every morning.";

    private final Knowledge knowledge = Harness.shared().bean(Knowledge.class);
    private final Seller seller = Seller.open();
    private final UUID offering = UUID.fromString(seller.offering());
    private final Seller.Bought bought = seller.sell(offering.toString());

    private static OrgId org(String id) {
        return new OrgId(UUID.fromString(id));
    }

    private Base sellers() {
        return knowledge.base(org(seller.org()), new Owner.Offering(offering), "FAQ");
    }

    private Base own(Seller.Bought of) {
        return knowledge.base(new OrgId(of.org()), new Owner.Instance(of.instance()), "Ours");
    }

    private List<Passage> ask(Seller.Bought of, UUID offering, String question) {
        return knowledge.passages(new OrgId(of.org()), of.instance(), offering, question, 5);
    }

    private List<Passage> ask(String question) {
        return ask(bought, offering, question);
    }

    @Test
    void the_passage_that_fits_comes_first_with_its_document_and_section() {
        UUID document = knowledge.add(org(seller.org()), sellers().id(), "Customer service", REFUNDS);
        Passage best = ask("How do I get refunded for my orders?").getFirst();
        assertThat(best.documentId()).isEqualTo(document);
        assertThat(best.title()).isEqualTo("Customer service › Refunds");
        assertThat(best.text()).contains("within 30 days");
        assertThat(ask("Woher kommen Pakete aus Hamburg?").getFirst().title()).endsWith("Shipping");
        assertThat(ask("quantum chromodynamics")).isEmpty();
    }

    @Test
    void neither_of_two_organizations_ever_sees_a_passage_of_the_other() {
        // T7: two customers of one offering, with documents that differ in one word.
        Seller.Bought other = seller.sell(offering.toString());
        knowledge.add(new OrgId(bought.org()), own(bought).id(), "Secret", "The launch code of our rocket is ALPHA.");
        knowledge.add(new OrgId(other.org()), own(other).id(), "Secret", "The launch code of our rocket is BRAVO.");
        assertThat(ask("launch code of the rocket")).extracting(Passage::text).allMatch(text -> text.contains("ALPHA"));
        assertThat(ask(other, offering, "launch code of the rocket"))
                .extracting(Passage::text)
                .allMatch(text -> text.contains("BRAVO"))
                .hasSize(1);
        // A mixture of both finds neither.
        assertThat(knowledge.passages(new OrgId(other.org()), bought.instance(), offering, "launch code", 5))
                .isEmpty();
    }

    @Test
    void a_single_document_is_found_beside_a_thousand_of_another_organization() {
        Seller.Bought other = seller.sell(offering.toString());
        Base many = own(other);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            text.append("# Part ").append(i).append("\n\nThe launch code of our rocket is ALPHA.\n\n");
        }
        knowledge.add(new OrgId(other.org()), many.id(), "Many", text.toString());
        knowledge.add(new OrgId(bought.org()), own(bought).id(), "One", "Our rocket needs no code.");
        assertThat(ask("launch code of the rocket"))
                .singleElement()
                .satisfies(passage -> assertThat(passage.text()).isEqualTo("Our rocket needs no code."));
    }

    @Test
    void a_query_searches_exactly_the_bases_of_its_instance_and_of_its_offering() {
        knowledge.add(org(seller.org()), sellers().id(), "Seller", "The zebra is black and white.");
        knowledge.add(new OrgId(bought.org()), own(bought).id(), "Buyer", "Our zebra is called Anna.");
        assertThat(ask("zebra")).extracting(Passage::title).containsExactlyInAnyOrder("Seller", "Buyer");

        UUID another = UUID.fromString(seller.offering());
        assertThat(ask(bought, another, "zebra")).isEmpty();
        Seller.Bought elsewhere = seller.sell(another.toString());
        assertThat(ask(elsewhere, another, "zebra")).isEmpty();
    }

    @Test
    void the_same_document_again_changes_nothing() {
        OrgId org = org(seller.org());
        UUID first = knowledge.add(org, sellers().id(), "Title", REFUNDS);
        Base before = sellers();
        assertThat(knowledge.add(org, sellers().id(), "Title", REFUNDS)).isEqualTo(first);
        assertThat(sellers()).isEqualTo(before);
        assertThat(ask("refund")).hasSize(1);
    }

    @Test
    void an_index_follows_every_change_of_its_base() {
        OrgId org = org(seller.org());
        Base base = sellers();
        UUID first = knowledge.add(org, base.id(), "One", "Giraffes are tall.");
        assertThat(ask("giraffe")).hasSize(1);
        knowledge.add(org, base.id(), "Two", "A giraffe sleeps two hours.");
        assertThat(ask("giraffe")).hasSize(2);
        knowledge.remove(org, base.id(), first);
        assertThat(ask("giraffe")).extracting(Passage::title).containsExactly("Two");
        knowledge.remove(org, base.id());
        assertThat(ask("giraffe")).isEmpty();
    }

    @Test
    void no_text_of_a_query_is_read_as_syntax() {
        knowledge.add(org(seller.org()), sellers().id(), "Customer service", REFUNDS);
        for (String query : new String[] {
            "*",
            "refund*",
            "text:refund AND (",
            "\"",
            "\\",
            "[a TO z]",
            "refund~",
            "/.*/",
            "+-&|!(){}^",
            "\u0000",
            "",
            "  ",
            "refund ".repeat(10_000),
            "🚚 \u202E refund",
            "a OR b OR c",
            "\uD800"
        }) {
            List<Passage> found = ask(query);
            assertThat(found.size()).as(query.length() > 100 ? "long" : query).isLessThanOrEqualTo(2);
        }
        assertThat(ask("title:Shipping")).extracting(Passage::title).contains("Customer service › Shipping");
        assertThat(ask("*")).isEmpty();
    }

    @Test
    void bases_and_documents_of_others_cannot_be_written() {
        Seller stranger = Seller.open();
        Base base = sellers();
        assertThatThrownBy(() -> knowledge.base(org(stranger.org()), new Owner.Offering(offering), "FAQ"))
                .isInstanceOf(KitProblem.NotFound.class);
        assertThatThrownBy(() -> knowledge.base(org(stranger.org()), new Owner.Instance(bought.instance()), "FAQ"))
                .isInstanceOf(KitProblem.NotFound.class);
        assertThatThrownBy(() -> knowledge.add(org(stranger.org()), base.id(), "x", "y"))
                .isInstanceOf(KitProblem.NotFound.class);
        assertThatThrownBy(() -> knowledge.remove(org(stranger.org()), base.id()))
                .isInstanceOf(KitProblem.NotFound.class);
    }

    @Test
    void what_cannot_be_kept_is_refused() {
        OrgId org = org(seller.org());
        UUID base = sellers().id();
        assertThatThrownBy(() -> knowledge.add(org, base, "", "text")).isInstanceOf(KitProblem.Invalid.class);
        assertThatThrownBy(() -> knowledge.add(org, base, "title", " \n ")).isInstanceOf(KitProblem.Meaningless.class);
        assertThatThrownBy(() -> knowledge.add(org, base, "title", "a\u0000b")).isInstanceOf(KitProblem.Invalid.class);
        assertThatThrownBy(() -> knowledge.add(org, base, "title", "x".repeat(Knowledge.MAX_TEXT + 1)))
                .isInstanceOf(KitProblem.Invalid.class);
        assertThatThrownBy(() -> knowledge.base(org, new Owner.Offering(offering), "x".repeat(81)))
                .isInstanceOf(KitProblem.Invalid.class);
    }

    @Test
    void many_at_once_add_each_document_once() throws Exception {
        OrgId org = org(seller.org());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(IntStream.range(0, 12)
                    .<Callable<UUID>>mapToObj(i ->
                            () -> knowledge.add(org, sellers().id(), "Doc " + i % 3, "The number is " + i % 3 + "."))
                    .toList())) {
                done.get();
            }
        }
        assertThat(ask("number")).hasSize(3);
    }
}
