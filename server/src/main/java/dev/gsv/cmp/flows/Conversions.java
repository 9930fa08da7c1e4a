package dev.gsv.cmp.flows;

/** {@code TypeConverterComponent}: one kind of value into another. */
final class Conversions {
    private Conversions() {}

    static Value convert(Work work) {
        Value value = work.value("input_data");
        return switch (work.node().text("output_type")) {
            case "Data", "JSON" -> value.toData();
            case "DataFrame", "Table" -> value.toTable();
            default -> value.toText();
        };
    }
}
