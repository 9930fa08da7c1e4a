package dev.gsv.cmp.flows;

/** {@code ChatOutput} and {@code TextOutput}: where the answer leaves. */
final class Exits {
    private Exits() {}

    static Value text(Work work) {
        return work.value("input_value").toText();
    }
}
