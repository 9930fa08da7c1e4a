package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.knowledge.Unreadable.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads DOCX, PPTX and XLSX: a document with its headings and tables, a presentation slide by slide, a workbook sheet
 * by sheet and row by row. Slides and sheets count as pages.
 */
final class OfficeReader {
    private static final Pattern SLIDE = Pattern.compile("ppt/slides/slide(\\d{1,6})\\.xml");
    private static final Pattern SHEET = Pattern.compile("xl/worksheets/sheet(\\d{1,6})\\.xml");
    private static final Pattern HEADING = Pattern.compile("heading ([1-6])");
    private static final String DOCUMENT = "word/document.xml";
    private static final String STYLES = "word/styles.xml";
    private static final String STRINGS = "xl/sharedStrings.xml";
    private static final int MAX_COLUMNS = 500;
    private static final int LETTERS = 26;

    private OfficeReader() {}

    static Extract read(Format format, byte[] bytes) throws Unreadable {
        if (Magic.begins(bytes, Magic.OLE)) {
            throw new Unreadable(Magic.names(bytes, "EncryptedPackage") ? Reason.PROTECTED : Reason.OLD_FORMAT);
        }
        if (!Magic.begins(bytes, Magic.ZIP)) {
            throw new Unreadable(Magic.isOther(bytes) ? Reason.WRONG_TYPE : Reason.BROKEN);
        }
        Map<String, byte[]> parts = Zip.parts(bytes, OfficeReader::wanted);
        try {
            return switch (format) {
                case DOCX -> parts.containsKey(DOCUMENT) ? words(parts) : other();
                case PPTX -> pages(parts, SLIDE, OfficeReader::slide);
                case XLSX -> workbook(parts);
                case MARKDOWN, TEXT, CSV, HTML, PDF, EML ->
                    throw new IllegalArgumentException("no format of Office: " + format);
            };
        } catch (XMLStreamException e) {
            throw new Unreadable(Reason.BROKEN, e);
        }
    }

    private static boolean wanted(String name) {
        return name.equals("[Content_Types].xml")
                || name.equals(DOCUMENT)
                || name.equals(STYLES)
                || name.equals(STRINGS)
                || SLIDE.matcher(name).matches()
                || SHEET.matcher(name).matches();
    }

    private static Extract other() throws Unreadable {
        throw new Unreadable(Reason.WRONG_TYPE);
    }

    @FunctionalInterface
    private interface PageReader {
        String read(byte[] xml) throws XMLStreamException;
    }

    private static Extract pages(Map<String, byte[]> parts, Pattern names, PageReader reader)
            throws XMLStreamException, Unreadable {
        List<Extract.Page> pages = new ArrayList<>();
        List<String> sorted = parts.keySet().stream()
                .filter(name -> names.matcher(name).matches())
                .sorted(Comparator.comparingInt(name -> number(names, name)))
                .toList();
        for (String name : sorted) {
            pages.add(new Extract.Page(
                    number(names, name), Chunks.normal(reader.read(parts.getOrDefault(name, new byte[0])))));
        }
        return pages.isEmpty() ? other() : new Extract(pages);
    }

    private static int number(Pattern names, String name) {
        Matcher matcher = names.matcher(name);
        return matcher.matches() ? Math.max(1, Integer.parseInt(matcher.group(1))) : 0;
    }

    /** A style is known by its name, which is the same in every language; its id is not. */
    private static Map<String, Integer> headings(byte[] styles) throws XMLStreamException {
        Map<String, Integer> levels = new HashMap<>();
        XMLStreamReader xml = Xml.of(styles);
        String style = "";
        while (xml.hasNext()) {
            if (xml.next() == XMLStreamConstants.START_ELEMENT) {
                if (xml.getLocalName().equals("style")) {
                    style = String.valueOf(Xml.attribute(xml, "styleId"));
                } else if (xml.getLocalName().equals("name")) {
                    String name = String.valueOf(Xml.attribute(xml, "val")).toLowerCase(Locale.ROOT);
                    Matcher heading = HEADING.matcher(name);
                    if (heading.matches()) {
                        levels.put(style, Integer.parseInt(heading.group(1)));
                    } else if (name.equals("title")) {
                        levels.put(style, 1);
                    }
                }
            }
        }
        return levels;
    }

    private static Extract words(Map<String, byte[]> parts) throws XMLStreamException {
        byte[] styles = parts.get(STYLES);
        Map<String, Integer> levels = styles == null ? Map.of() : headings(styles);
        XMLStreamReader xml = Xml.of(parts.getOrDefault(DOCUMENT, new byte[0]));
        StringBuilder text = new StringBuilder();
        StringBuilder paragraph = new StringBuilder();
        int level = 0;
        int tables = 0;
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "p" -> level = 0;
                    case "pStyle" -> level = levels.getOrDefault(String.valueOf(Xml.attribute(xml, "val")), 0);
                    case "t" -> paragraph.append(xml.getElementText());
                    case "tab" -> paragraph.append(' ');
                    case "br", "cr" -> paragraph.append('\n');
                    case "tbl" -> tables++;
                    default -> {}
                }
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "p" -> {
                        end(text, paragraph, level, tables > 0);
                        level = 0;
                    }
                    case "tc" -> text.append("| ");
                    case "tr" -> text.append('\n');
                    case "tbl" -> {
                        tables--;
                        text.append('\n');
                    }
                    default -> {}
                }
            }
        }
        return Extract.of(text.toString());
    }

    private static void end(StringBuilder text, StringBuilder paragraph, int level, boolean inTable) {
        String words = paragraph.toString().strip();
        paragraph.setLength(0);
        if (words.isEmpty()) {
            return;
        }
        if (inTable) {
            text.append(words.replace('\n', ' ')).append(' ');
        } else {
            text.append("#".repeat(level))
                    .append(level > 0 ? " " : "")
                    .append(level > 0 ? words.replace('\n', ' ') : words)
                    .append("\n\n");
        }
    }

    /** The title of a slide is its heading; all else are its paragraphs. */
    private static String slide(byte[] bytes) throws XMLStreamException {
        XMLStreamReader xml = Xml.of(bytes);
        StringBuilder text = new StringBuilder();
        StringBuilder paragraph = new StringBuilder();
        boolean title = false;
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "sp" -> title = false;
                    case "ph" -> {
                        String type = String.valueOf(Xml.attribute(xml, "type"));
                        title = type.equals("title") || type.equals("ctrTitle");
                    }
                    case "t" -> paragraph.append(xml.getElementText());
                    case "br" -> paragraph.append(' ');
                    default -> {}
                }
            } else if (event == XMLStreamConstants.END_ELEMENT
                    && xml.getLocalName().equals("p")
                    && !paragraph.toString().isBlank()) {
                text.append(title ? "# " : "")
                        .append(paragraph.toString().strip())
                        .append(title ? "\n\n" : "\n");
                paragraph.setLength(0);
            }
        }
        return text.toString();
    }

    private static Extract workbook(Map<String, byte[]> parts) throws XMLStreamException, Unreadable {
        byte[] shared = parts.get(STRINGS);
        List<String> strings = shared == null ? List.of() : strings(shared);
        return pages(parts, SHEET, xml -> sheet(xml, strings));
    }

    private static List<String> strings(byte[] bytes) throws XMLStreamException {
        List<String> strings = new ArrayList<>();
        XMLStreamReader xml = Xml.of(bytes);
        StringBuilder open = new StringBuilder();
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.START_ELEMENT && xml.getLocalName().equals("t")) {
                open.append(xml.getElementText());
            } else if (event == XMLStreamConstants.END_ELEMENT
                    && xml.getLocalName().equals("si")) {
                strings.add(open.toString());
                open.setLength(0);
            }
        }
        return strings;
    }

    /** The first row names the columns; every other row is a paragraph that repeats these names. */
    private static String sheet(byte[] bytes, List<String> strings) throws XMLStreamException {
        XMLStreamReader xml = Xml.of(bytes);
        StringBuilder text = new StringBuilder();
        List<String> head = List.of();
        List<String> row = new ArrayList<>();
        boolean first = true;
        String type = "";
        int column = 0;
        StringBuilder value = new StringBuilder();
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "row" -> row.clear();
                    case "c" -> {
                        type = String.valueOf(Xml.attribute(xml, "t"));
                        column = column(Xml.attribute(xml, "r"), row.size());
                        value.setLength(0);
                    }
                    case "v", "t" -> value.append(xml.getElementText());
                    default -> {}
                }
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                if (xml.getLocalName().equals("c") && column < MAX_COLUMNS) {
                    while (row.size() < column) {
                        row.add("");
                    }
                    row.add(shown(type, value.toString(), strings));
                } else if (xml.getLocalName().equals("row")) {
                    if (first) {
                        head = List.copyOf(row);
                    } else {
                        CsvReader.append(text, head, row);
                    }
                    first &= row.stream().allMatch(String::isBlank);
                }
            }
        }
        if (text.isEmpty()) {
            CsvReader.append(text, List.of(), head);
        }
        return text.toString();
    }

    private static String shown(String type, String value, List<String> strings) {
        if (!type.equals("s")) {
            return value;
        }
        int index = value.matches("\\d{1,9}") ? Integer.parseInt(value) : -1;
        return index >= 0 && index < strings.size() ? strings.get(index) : "";
    }

    /** Which column a cell is in, from 0: "C7" is 2; without a name it follows the one before. */
    private static int column(@org.jspecify.annotations.Nullable String name, int next) {
        if (name == null) {
            return next;
        }
        int column = 0;
        for (int i = 0; i < name.length() && i < 4 && Character.isLetter(name.charAt(i)); i++) {
            column = column * LETTERS + (Character.toUpperCase(name.charAt(i)) - 'A' + 1);
        }
        return Math.max(next, column - 1);
    }
}
