package dev.gsv.cmp.kit;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.springframework.web.util.HtmlUtils;

/** Our Markdown pages as HTML. Raw HTML in them is shown and not obeyed, and links go only to http, https and mail. */
final class Markdown {
    private static final Pattern HEADING = Pattern.compile("\\A#+ +(.+)");
    private static final List<Extension> TABLES = List.of(TablesExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(TABLES).build();
    private static final HtmlRenderer RENDERER = HtmlRenderer.builder()
            .extensions(TABLES)
            .escapeHtml(true)
            .sanitizeUrls(true)
            .build();

    private Markdown() {}

    /** The body of a page. */
    static String html(String markdown) {
        return RENDERER.render(PARSER.parse(markdown));
    }

    /** The first heading, escaped for HTML; empty when the text does not begin with one. */
    static String title(String markdown) {
        Matcher heading = HEADING.matcher(markdown);
        return heading.find() ? HtmlUtils.htmlEscape(heading.group(1).strip()) : "";
    }
}
