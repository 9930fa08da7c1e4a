package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ParserComponent}, {@code ParseData}, {@code ParseDataFrame}: rows into text by a template. */
final class Parsers {
    private static final String DEFAULT_TEMPLATE = "{text}";

    private Parsers() {}

    /** A key that a row does not have becomes empty. */
    static Value parser(Work work) {
        if (work.node().text("mode").equals("Stringify")) {
            Value value = work.value("input_data");
            return new Value.Text(value.asText(), value.passages(), null);
        }
        // "template" was the name of the field before 1.3.
        String named = work.node().field("pattern").isPresent() ? "pattern" : "template";
        return lines(work, "input_data", work.text(named));
    }

    static Produced data(Work work) {
        Value.Text text = lines(work, "data", template(work));
        List<ObjectNode> rows = new ArrayList<>();
        long chars = 0;
        for (ObjectNode row : work.rows("data")) {
            String line = line(row, template(work));
            chars += line.length();
            Value.bounded(chars);
            rows.add(row.deepCopy().put("text", line));
        }
        return new Produced.Each(Map.of("text", text, "data_list", new Value.Table(rows, "", work.passages("data"))));
    }

    static Value frame(Work work) {
        return lines(work, "df", template(work));
    }

    private static String template(Work work) {
        String template = work.text("template");
        return template.isBlank() ? DEFAULT_TEMPLATE : template;
    }

    private static Value.Text lines(Work work, String field, String template) {
        String separator = work.node().field("sep").isPresent() ? work.text("sep") : "\n";
        String between = Texts.unescaped(separator);
        StringBuilder text = new StringBuilder();
        boolean first = true;
        for (ObjectNode row : work.rows(field)) {
            text.append(first ? "" : between).append(line(row, template));
            Value.bounded(text.length());
            first = false;
        }
        return new Value.Text(text.toString(), work.passages(field), null);
    }

    /** {@code {data}} stands for the whole row unless the row has such a key. */
    private static String line(ObjectNode row, String template) {
        return Template.fill(template, name -> {
            JsonNode cell = row.path(name);
            if (cell.isMissingNode()) {
                return name.equals("data") ? row.toString() : null;
            }
            return Value.cell(cell);
        });
    }
}
