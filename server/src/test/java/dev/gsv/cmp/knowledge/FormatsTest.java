package dev.gsv.cmp.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gsv.cmp.knowledge.Unreadable.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.junit.jupiter.api.Test;

/** Each format as its owner sees it, and each way in which a document can be bad. */
class FormatsTest {
    private static final String W = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    private static final String A = "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\""
            + " xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\"";

    private final Reading reading = new Reading(Reading::parse, Duration.ofSeconds(30));

    static byte[] pdf(String password, String... pages) throws IOException {
        try (PDDocument document = new PDDocument()) {
            for (String text : pages) {
                PDPage page = new PDPage();
                document.addPage(page);
                try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                    content.beginText();
                    content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 11);
                    content.setLeading(14);
                    content.newLineAtOffset(50, 700);
                    for (String line : text.split("\n")) {
                        content.showText(line);
                        content.newLine();
                    }
                    content.endText();
                }
            }
            if (password != null) {
                document.protect(new StandardProtectionPolicy(password, password, new AccessPermission()));
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            document.save(bytes);
            return bytes.toByteArray();
        }
    }

    static byte[] zip(Map<String, byte[]> parts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setLevel(Deflater.BEST_COMPRESSION);
            for (Map.Entry<String, byte[]> part : new TreeMap<>(parts).entrySet()) {
                zip.putNextEntry(new ZipEntry(part.getKey()));
                zip.write(part.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] xml(String text) {
        return ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + text).getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, byte[]> docx() {
        return new TreeMap<>(Map.of(
                "[Content_Types].xml", xml("<Types/>"),
                "word/styles.xml",
                        xml("<w:styles " + W
                                + "><w:style w:styleId=\"berschrift1\"><w:name w:val=\"heading 1\"/></w:style>"
                                + "</w:styles>"),
                "word/document.xml",
                        xml("<w:document " + W + "><w:body><w:p><w:pPr><w:pStyle w:val=\"berschrift1\"/></w:pPr>"
                                + "<w:r><w:t>Garantie</w:t></w:r></w:p><w:p><w:r><w:t>Zwei </w:t></w:r><w:r><w:t>Jahre."
                                + "</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>Lampe</w:t></w:r></w:p></w:tc>"
                                + "<w:tc><w:p><w:r><w:t>12</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body>"
                                + "</w:document>")));
    }

    private Reason refused(Format format, byte[] bytes) {
        Unreadable unreadable = catchThrowableOfType(Unreadable.class, () -> reading.read(format, bytes));
        assertThat(unreadable).as("%s is refused", format).isNotNull();
        return unreadable.reason();
    }

    @Test
    void a_pdf_keeps_its_pages() throws Exception {
        Extract extract = reading.read(Format.PDF, pdf(null, "The zebra is striped.", "The giraffe\nis tall."));
        assertThat(extract.numbered()).isEqualTo(2);
        assertThat(Chunks.of(extract)).extracting(Chunks.Chunk::page).containsExactly(1, 2);
        assertThat(Chunks.of(extract).get(1).text()).contains("giraffe").contains("tall");
    }

    @Test
    void a_word_document_keeps_its_headings_in_any_language_and_its_tables() throws Exception {
        Chunks.Chunk chunk = Chunks.of(reading.read(Format.DOCX, zip(docx()))).getFirst();
        assertThat(chunk.heading()).isEqualTo("Garantie");
        assertThat(chunk.text()).startsWith("Zwei Jahre.").contains("Lampe | 12");
    }

    @Test
    void a_presentation_keeps_its_slides_in_their_order() throws Exception {
        Map<String, byte[]> parts = new TreeMap<>(Map.of("[Content_Types].xml", xml("<Types/>")));
        for (int i = 1; i <= 11; i++) {
            parts.put(
                    "ppt/slides/slide" + i + ".xml",
                    xml("<p:sld " + A + "><p:sp><p:nvPr><p:ph type=\"title\"/></p:nvPr><a:p><a:r><a:t>Slide " + i
                            + "</a:t></a:r></a:p></p:sp><p:sp><a:p><a:r><a:t>Body " + i
                            + "</a:t></a:r></a:p></p:sp></p:sld>"));
        }
        var chunks = Chunks.of(reading.read(Format.PPTX, zip(parts)));
        assertThat(chunks).hasSize(11);
        assertThat(chunks.get(10).page()).isEqualTo(11);
        assertThat(chunks.get(1).heading()).isEqualTo("Slide 2");
        assertThat(chunks.get(1).text()).isEqualTo("Body 2");
    }

    @Test
    void a_workbook_names_its_columns_in_every_row() throws Exception {
        Map<String, byte[]> parts = Map.of(
                "[Content_Types].xml", xml("<Types/>"),
                "xl/sharedStrings.xml",
                        xml("<sst><si><t>Product</t></si><si><t>Price</t></si><si><t>Lamp</t></si></sst>"),
                "xl/worksheets/sheet1.xml",
                        xml("<worksheet><sheetData><row><c r=\"A1\" t=\"s\"><v>0</v></c>"
                                + "<c r=\"C1\" t=\"s\"><v>1</v></c>"
                                + "</row><row><c r=\"A2\" t=\"s\"><v>2</v></c><c r=\"C2\"><v>12.5</v></c></row>"
                                + "</sheetData></worksheet>"));
        assertThat(reading.read(Format.XLSX, zip(parts)).text()).isEqualTo("Product: Lamp; Price: 12.5");
    }

    @Test
    void a_mail_is_read_with_its_encodings_and_without_its_attachments() throws Exception {
        String mail = """
                From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>
                Subject: =?UTF-8?B?UsO8Y2tnYWJl?=
                Content-Type: multipart/mixed; boundary="x1"

                --x1
                Content-Type: multipart/alternative; boundary=x2

                --x2
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                Die R=C3=BCckgabe ist m=
                =C3=B6glich.
                --x2
                Content-Type: text/html

                <p>Twice</p>
                --x2--
                --x1
                Content-Disposition: attachment; filename=a.txt

                secret attachment
                --x1--
                """;
        String text = reading.read(Format.EML, mail.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8))
                .text();
        assertThat(text)
                .contains("# Rückgabe", "From: Jürgen", "Die Rückgabe ist möglich.")
                .doesNotContain("Twice", "secret");
    }

    @Test
    void each_bad_document_ends_with_its_own_reason() throws Exception {
        byte[] good = pdf(null, "The zebra is striped.");
        assertThat(refused(Format.PDF, pdf("secret", "x"))).isEqualTo(Reason.PROTECTED);
        assertThat(refused(Format.PDF, pdf(null, ""))).isEqualTo(Reason.EMPTY);
        assertThat(refused(Format.PDF, Arrays.copyOf(good, 100))).isEqualTo(Reason.BROKEN);
        assertThat(refused(Format.PDF, zip(docx()))).isEqualTo(Reason.WRONG_TYPE);
        assertThat(refused(Format.DOCX, good)).isEqualTo(Reason.WRONG_TYPE);
        assertThat(refused(Format.XLSX, zip(docx()))).isEqualTo(Reason.WRONG_TYPE);
        assertThat(refused(Format.TEXT, good)).isEqualTo(Reason.WRONG_TYPE);
        assertThat(refused(Format.HTML, zip(docx()))).isEqualTo(Reason.WRONG_TYPE);
        assertThat(refused(Format.DOCX, "not a zip".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(Reason.BROKEN);
        byte[] cut = zip(docx());
        assertThat(refused(Format.DOCX, Arrays.copyOf(cut, cut.length / 2))).isEqualTo(Reason.BROKEN);

        Map<String, byte[]> macros = docx();
        macros.put("word/vbaProject.bin", new byte[10]);
        assertThat(refused(Format.DOCX, zip(macros))).isEqualTo(Reason.MACROS);

        byte[] ole = Arrays.copyOf(Magic.OLE, 4096);
        assertThat(refused(Format.DOCX, ole)).isEqualTo(Reason.OLD_FORMAT);
        byte[] name = "EncryptedPackage".getBytes(StandardCharsets.UTF_16LE);
        System.arraycopy(name, 0, ole, 1024, name.length);
        assertThat(refused(Format.DOCX, ole)).isEqualTo(Reason.PROTECTED);
    }

    @Test
    void a_bomb_is_not_unpacked() throws Exception {
        Map<String, byte[]> parts = docx();
        parts.put("word/media/zeros.bin", new byte[(int) Zip.MAX_UNPACKED + 1]);
        byte[] bomb = zip(parts);
        assertThat(bomb.length).isLessThan(1_000_000);
        assertThat(refused(Format.DOCX, bomb)).isEqualTo(Reason.BOMB);
    }

    @Test
    void xml_of_strangers_fetches_nothing_and_repeats_nothing() throws Exception {
        Map<String, byte[]> parts = docx();
        parts.put(
                "word/document.xml",
                xml("<!DOCTYPE d [<!ENTITY a SYSTEM \"file:///etc/passwd\"><!ENTITY b \"&a;&a;\">]><w:document " + W
                        + "><w:p><w:r><w:t>x &a; &b;</w:t></w:r></w:p></w:document>"));
        Unreadable refused = catchThrowableOfType(Unreadable.class, () -> reading.read(Format.DOCX, zip(parts)));
        assertThat(refused).isNotNull();
        assertThat(refused.reason()).isEqualTo(Reason.BROKEN);
    }

    @Test
    void a_page_of_ten_thousand_nested_elements_ends() throws Exception {
        byte[] deep = ("<div>".repeat(10_000) + "zebra").getBytes(StandardCharsets.UTF_8);
        assertThat(reading.read(Format.HTML, deep).text()).contains("zebra");
    }

    @Test
    void whatever_the_bytes_a_reader_answers_with_text_or_a_reason() throws Exception {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        Map<Format, byte[]> good = Map.of(
                Format.PDF, pdf(null, "The zebra is striped.", "Twice."),
                Format.DOCX, zip(docx()),
                Format.CSV, "a,b\n\"1\",2\n".getBytes(StandardCharsets.UTF_8),
                Format.HTML, "<h1>A</h1><p>b<table><tr><td>c".getBytes(StandardCharsets.UTF_8),
                Format.EML,
                        "Subject: x\nContent-Type: multipart/mixed; boundary=y\n\n--y\n\nz\n--y--"
                                .getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 300; i++) {
            for (Map.Entry<Format, byte[]> each : good.entrySet()) {
                byte[] bytes = each.getValue().clone();
                for (int n = 1 + random.nextInt(5); n > 0; n--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                byte[] sent = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
                try {
                    Chunks.of(reading.read(each.getKey(), sent));
                } catch (Unreadable known) {
                    assertThat(known.reason()).as("seed %d", seed).isNotEqualTo(Reason.TROUBLE);
                }
            }
        }
    }
}
