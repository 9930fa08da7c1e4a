package dev.gsv.cmp.flows;

/** {@code CombineText} and {@code Pass}. */
final class Texts {
    private Texts() {}

    static Value combine(Work work) {
        Value first = work.value("text1");
        Value second = work.value("text2");
        String delimiter = work.node().field("delimiter").isPresent() ? work.text("delimiter") : " ";
        Value.bounded((long) first.asText().length() + second.asText().length());
        return new Value.Text(
                first.asText() + delimiter + second.asText(),
                Value.joined(java.util.List.of(first, second)).passages(),
                null);
    }

    /** The message goes on as it came; the other input only makes the node wait. */
    static Value pass(Work work) {
        return work.value("input_message");
    }

    /** What somebody typed into a field of the editor for a line break or a tab. */
    static String unescaped(String typed) {
        return typed.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t");
    }
}
