package dev.gsv.cmp.billing;

import java.io.OutputStream;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.stream.Stream;
import org.openpdf.text.Document;
import org.openpdf.text.Element;
import org.openpdf.text.Font;
import org.openpdf.text.FontFactory;
import org.openpdf.text.PageSize;
import org.openpdf.text.Paragraph;
import org.openpdf.text.Phrase;
import org.openpdf.text.pdf.PdfPCell;
import org.openpdf.text.pdf.PdfPTable;
import org.openpdf.text.pdf.PdfWriter;

/** A statement on paper: A4, times in UTC. */
final class StatementPdf {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    private static final Font TITLE = FontFactory.getFont(FontFactory.HELVETICA_BOLD, 14);
    private static final Font TEXT = FontFactory.getFont(FontFactory.HELVETICA, 9);
    private static final Font SMALL = FontFactory.getFont(FontFactory.HELVETICA, 7);
    private static final Font HEAD = FontFactory.getFont(FontFactory.HELVETICA_BOLD, 8);
    private static final int MARGIN = 36;
    private static final int[] WIDTHS = {8, 19, 13, 34, 13, 13};
    private static final int COLUMN_AMOUNT = 4;

    private StatementPdf() {}

    /** Writes the whole document and leaves the stream open. */
    static void write(Statement statement, String owner, OutputStream out) {
        Document document = new Document(PageSize.A4, MARGIN, MARGIN, MARGIN, MARGIN);
        PdfWriter.getInstance(document, out).setCloseStream(false);
        document.open();
        document.add(new Paragraph("Statement of credits", TITLE));
        document.add(new Paragraph(plain(owner), TEXT));
        document.add(new Paragraph("Wallet " + statement.walletId(), TEXT));
        document.add(new Paragraph(
                "From " + time(statement.from()) + " UTC, until before " + time(statement.to()) + " UTC"
                        + (statement.isFinal() ? "" : " (not final: the period is not over)"),
                TEXT));
        document.add(new Paragraph("Opening balance " + statement.openingBalance(), TEXT));
        document.add(new Paragraph("Closing balance " + statement.closingBalance(), TEXT));
        document.add(table(statement));
        document.close();
    }

    private static PdfPTable table(Statement statement) {
        PdfPTable table = new PdfPTable(WIDTHS.length);
        table.setWidthPercentage(100);
        table.setWidths(WIDTHS);
        table.setSpacingBefore(MARGIN / 2);
        table.setHeaderRows(1);
        Stream.of("No.", "Time (UTC)", "Type", "Reference", "Amount", "Balance")
                .forEach(name -> table.addCell(new PdfPCell(new Phrase(name, HEAD))));
        for (Statement.Line line : statement.lines()) {
            row(
                    table,
                    String.valueOf(line.number()),
                    time(line.createdAt()),
                    line.entryType(),
                    plain(line.referenceId()) + (line.runId() == null ? "" : "\nrun " + line.runId()),
                    line.amount().toString(),
                    line.balance().toString());
        }
        return table;
    }

    private static void row(PdfPTable table, String... cells) {
        for (int column = 0; column < cells.length; column++) {
            PdfPCell cell = new PdfPCell(new Phrase(cells[column], SMALL));
            cell.setHorizontalAlignment(column >= COLUMN_AMOUNT ? Element.ALIGN_RIGHT : Element.ALIGN_LEFT);
            table.addCell(cell);
        }
    }

    private static String time(Instant time) {
        return TIME.format(time);
    }

    /** The built-in fonts know the letters of Western Europe; others become a question mark, never an error. */
    private static String plain(String text) {
        CharsetEncoder latin = StandardCharsets.ISO_8859_1.newEncoder();
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints()
                .forEach(point -> plain.appendCodePoint(
                        point < Character.MIN_SUPPLEMENTARY_CODE_POINT && latin.canEncode((char) point) ? point : '?'));
        return plain.toString();
    }
}
