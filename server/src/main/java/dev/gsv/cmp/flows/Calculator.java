package dev.gsv.cmp.flows;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code CalculatorComponent}: {@code + - * / // % **} and parentheses; nothing of it is ever executed as code. */
final class Calculator {
    /** Longest expression, in characters. */
    static final int MAX_CHARS = 1_000;
    /** Deepest nesting. */
    static final int MAX_DEPTH = 50;
    /** Largest exponent. */
    static final int MAX_EXPONENT = 1_000;

    private static final int MAX_DIGITS = 4_000;
    private static final int PLACES = 6;
    private static final MathContext PRECISION = MathContext.DECIMAL128;

    private final String text;
    private int at;
    private int depth;

    private Calculator(String text) {
        this.text = text;
    }

    static Value evaluate(Work work) {
        return new Value.Data(
                JsonNodeFactory.instance.objectNode().put("result", result(work.text("expression"))), List.of());
    }

    /** The result with at most six places. */
    static String result(String expression) {
        if (expression.isBlank() || expression.length() > MAX_CHARS) {
            throw wrong("An expression has 1 to " + MAX_CHARS + " characters.");
        }
        Calculator calculator = new Calculator(expression);
        BigDecimal result = calculator.sum();
        if (calculator.peek() != 0) {
            throw wrong("The expression makes no sense at character " + (calculator.at + 1) + ".");
        }
        BigDecimal rounded = result.setScale(PLACES, RoundingMode.HALF_EVEN).stripTrailingZeros();
        return rounded.signum() == 0 ? "0" : rounded.toPlainString();
    }

    private BigDecimal sum() {
        if (++depth > MAX_DEPTH) {
            throw wrong("The expression is nested more than " + MAX_DEPTH + " times.");
        }
        BigDecimal left = product();
        while (true) {
            if (takes("+")) {
                left = bounded(left.add(product()));
            } else if (takes("-")) {
                left = bounded(left.subtract(product()));
            } else {
                depth--;
                return left;
            }
        }
    }

    private BigDecimal product() {
        BigDecimal left = signed();
        while (true) {
            if (takes("//")) {
                left = floored(left, divisor());
            } else if (takes("*")) {
                left = bounded(left.multiply(signed()));
            } else if (takes("/")) {
                left = left.divide(divisor(), PRECISION);
            } else if (takes("%")) {
                BigDecimal by = divisor();
                left = left.subtract(floored(left, by).multiply(by));
            } else {
                return left;
            }
        }
    }

    private static BigDecimal floored(BigDecimal left, BigDecimal by) {
        return left.divide(by, 0, RoundingMode.FLOOR);
    }

    private BigDecimal divisor() {
        BigDecimal by = signed();
        if (by.signum() == 0) {
            throw wrong("Nothing can be divided by zero.");
        }
        return by;
    }

    private BigDecimal signed() {
        int minus = 0;
        while (peek() == '-' || peek() == '+') {
            minus += peek() == '-' ? 1 : 0;
            at++;
        }
        BigDecimal value = power();
        return minus % 2 == 0 ? value : value.negate();
    }

    private BigDecimal power() {
        BigDecimal base = single();
        if (!takes("**") && !takes("^")) {
            return base;
        }
        if (++depth > MAX_DEPTH) {
            throw wrong("The expression is nested more than " + MAX_DEPTH + " times.");
        }
        BigDecimal exponent = signed();
        depth--;
        boolean whole = exponent.stripTrailingZeros().scale() <= 0;
        if (whole && exponent.abs().compareTo(BigDecimal.valueOf(MAX_EXPONENT)) <= 0) {
            int times = exponent.intValueExact();
            if (times < 0 && base.signum() == 0) {
                throw wrong("Nothing can be divided by zero.");
            }
            return bounded(base.pow(times, PRECISION));
        }
        double result = Math.pow(base.doubleValue(), exponent.doubleValue());
        if (!Double.isFinite(result)) {
            throw wrong("The result of the expression is no number, or too large.");
        }
        return BigDecimal.valueOf(result);
    }

    private BigDecimal single() {
        if (takes("(")) {
            BigDecimal inside = sum();
            if (!takes(")")) {
                throw wrong("The expression has a parenthesis that is not closed.");
            }
            return inside;
        }
        peek();
        int from = at;
        while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
            at++;
        }
        if (at < text.length() && at > from && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            throw wrong("Numbers with an exponent are not understood; write 10 ** 3.");
        }
        try {
            return new BigDecimal(text.substring(from, at));
        } catch (NumberFormatException e) {
            throw wrong("The expression makes no sense at character " + (from + 1) + ".");
        }
    }

    private boolean takes(String sign) {
        peek();
        boolean found = text.startsWith(sign, at) && !(sign.equals("*") && text.startsWith("**", at));
        at += found ? sign.length() : 0;
        return found;
    }

    /** The next character that is no space; 0 at the end. */
    private char peek() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private static BigDecimal bounded(BigDecimal value) {
        if (value.precision() > MAX_DIGITS || Math.abs((long) value.scale()) > MAX_DIGITS) {
            throw wrong("The result of the expression is too large.");
        }
        return value;
    }

    private static NodeFault wrong(String message) {
        return new NodeFault(Fault.NODE_FAILED, message);
    }
}
