package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases of the conformance sheet that are written in its own language: {@code src/test/resources/cases}. */
class CasesTest {

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void the_case_is_as_the_sheet_says(Cases.Case one) {
        one.play(Words.ALL);
    }

    static Stream<Cases.Case> all() {
        return Cases.all().stream();
    }

    @Test
    void a_case_that_fails_names_its_file_its_line_and_its_step() {
        Cases.Case wrong = Cases.parse("cases/x.txt", """
                # a comment
                TP-03 wrong on purpose
                  given W(100/15) · when settle 9
                  then W(92)
                """).getFirst();
        assertThatThrownBy(() -> wrong.play(Words.ALL))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("cases/x.txt:4 TP-03 wrong on purpose")
                .hasMessageContaining("then W(92)")
                .hasMessageContaining("92/0 available 92")
                .hasMessageContaining("91/0 available 91");
    }

    @Test
    void what_cannot_be_understood_is_no_case() {
        assertThatThrownBy(() -> Cases.parse("x", "Tp-03 small letters\n  given W(1)"))
                .hasMessageContaining("x:1 a case begins with its numbers");
        assertThatThrownBy(() -> Cases.parse("x", "  hold 15")).hasMessageContaining("x:1 a step without a case");
        assertThatThrownBy(() -> Cases.parse("x", "TP-03 empty")).hasMessageContaining("x:1 a case without a step");
        for (String step : List.of("fly W 9", "hold W", "tick 5", "show W 9", "settle nobody 9", "hold 3 four")) {
            Cases.Case unclear = Cases.parse("x", "* unclear\n  wallet W 9\n  hold 1\n  " + step)
                    .getFirst();
            assertThatThrownBy(() -> unclear.play(Words.ALL)).as(step).hasMessageContaining("x:4 unclear");
        }
        assertThat(Cases.all()).isNotEmpty();
    }
}
