package dev.gsv.cmp.flows;

/** {@code TypeConverterComponent} and its older siblings: one kind of value into another. */
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

    static Value messageToData(Work work) {
        return work.value("message").toData();
    }

    static Value dataToTable(Work work) {
        return new Value.Table(work.rows("data_list"), "", work.passages("data_list"));
    }
}
