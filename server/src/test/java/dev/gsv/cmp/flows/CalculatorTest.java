package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalculatorTest {
    @ParameterizedTest
    @CsvSource({
        "1+2*3, 7",
        "(1+2)*3, 9",
        "4*4*(33/22)+12-20, 16",
        "2**3**2, 512",
        "-2**2, -4",
        "7//2, 3",
        "-7//2, -4",
        "-7%3, 2",
        "1/3, 0.333333",
        "0.1+0.2, 0.3",
        "2 ^ 10, 1024",
        "2**0.5, 1.414214",
        "2**-1, 0.5",
        "10**20, 100000000000000000000",
        "--3, 3",
        "0*-1, 0",
    })
    void it_calculates(String expression, String result) {
        assertThat(Calculator.result(expression)).isEqualTo(result);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1+", "1/0", "1%0", "0**-1", "__import__('os')", "1 2", "(1", "1)", "1e9", "9**9**9", "1..2"
            })
    void what_is_no_calculation_is_refused(String expression) {
        assertThatThrownBy(() -> Calculator.result(expression)).isInstanceOf(NodeFault.class);
    }

    @Test
    void depth_and_length_have_limits() {
        assertThatThrownBy(() -> Calculator.result("(".repeat(400) + "1" + ")".repeat(400)))
                .hasMessageContaining("nested");
        assertThatThrownBy(() -> Calculator.result("1+".repeat(600) + "1")).isInstanceOf(NodeFault.class);
        assertThatThrownBy(() -> Calculator.result("2**".repeat(300) + "1")).isInstanceOf(NodeFault.class);
        assertThat(Calculator.result("9**1000")).isNotEmpty();
    }
}
