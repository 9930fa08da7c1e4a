package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.knowledge.Unreadable.Reason;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;

/** Reads a page: its headings, paragraphs, lists and tables, without what only browsers need. Nothing is fetched. */
final class HtmlReader {
    private static final Set<String> SKIPPED =
            Set.of("script", "style", "noscript", "template", "svg", "nav", "iframe", "object", "head");
    private static final Set<String> CELLS = Set.of("td", "th");

    private HtmlReader() {}

    static Extract read(byte[] bytes) throws Unreadable {
        if (Magic.isOther(bytes)) {
            throw new Unreadable(Reason.WRONG_TYPE);
        }
        Document page = Jsoup.parse(PlainReader.text(bytes));
        StringBuilder text = new StringBuilder();
        page.body().select(String.join(",", SKIPPED)).remove();
        page.body().traverse(new Lines(text));
        return Extract.of(text.toString());
    }

    private static final class Lines implements NodeVisitor {
        private final StringBuilder text;

        Lines(StringBuilder text) {
            this.text = text;
        }

        @Override
        public void head(Node node, int depth) {
            if (node instanceof TextNode words) {
                words(words.text());
            } else if (node instanceof Element element) {
                String name = element.normalName();
                if (isHeading(name)) {
                    text.append("\n\n").repeat('#', name.charAt(1) - '0').append(' ');
                } else if (name.equals("li")) {
                    text.append("\n- ");
                } else if (name.equals("tr") || name.equals("br")) {
                    text.append('\n');
                } else if (element.isBlock() && !CELLS.contains(name)) {
                    text.append("\n\n");
                }
            }
        }

        @Override
        public void tail(Node node, int depth) {
            if (node instanceof Element element) {
                String name = element.normalName();
                if (CELLS.contains(name) && element.nextElementSibling() != null) {
                    text.append(" | ");
                } else if (isHeading(name) || (element.isBlock() && !CELLS.contains(name) && !inline(name))) {
                    text.append("\n\n");
                }
            }
        }

        private static boolean inline(String name) {
            return name.equals("li") || name.equals("tr");
        }

        /** White space at the beginning of a line says nothing. */
        private void words(String words) {
            boolean begins = text.isEmpty() || Character.isWhitespace(text.charAt(text.length() - 1));
            text.append(begins ? words.stripLeading() : words);
        }

        private static boolean isHeading(String name) {
            return name.length() == 2 && name.charAt(0) == 'h' && name.charAt(1) >= '1' && name.charAt(1) <= '6';
        }
    }
}
