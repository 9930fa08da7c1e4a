package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A statement as CSV (RFC 4180): opening balance, lines, closing balance. Text that a spreadsheet would take for a
 * formula is marked as text.
 */
final class StatementCsv {

    private final Writer writer;

    StatementCsv(Writer writer) {
        this.writer = writer;
    }

    void begin(Statements.Frame frame) {
        row(
                "number",
                "created_at",
                "entry_type",
                "reference_id",
                "instance_id",
                "run_id",
                "amount",
                "balance",
                "ledger_entry_id");
        edge("opening_balance", frame.span().from(), frame.opening().balance());
    }

    void line(Statement.Line line) {
        row(
                line.number(),
                line.createdAt(),
                line.entryType(),
                line.referenceId(),
                line.instanceId(),
                line.runId(),
                line.amount(),
                line.balance(),
                line.ledgerEntryId());
    }

    void end(Statements.Frame frame) {
        edge("closing_balance", frame.span().to(), frame.closing().balance());
    }

    private void edge(String type, Instant at, long balance) {
        row("", at, type, "", "", "", "", new Credits(balance), "");
    }

    private void row(@Nullable Object... cells) {
        try {
            writer.write(Stream.of(cells).map(StatementCsv::cell).collect(Collectors.joining(",", "", "\r\n")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String cell(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = value.toString();
        boolean number = value instanceof Credits || value instanceof Number;
        if (!number && !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0) {
            text = "'" + text;
        }
        return text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                ? '"' + text.replace("\"", "\"\"") + '"'
                : text;
    }
}
