package dev.gsv.cmp.kit;

import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.HtmlUtils;

/** The page at the address itself, until the web application takes its place. */
@RestController
@Hidden
class FrontPageApi {
    /** For pages that are text: no script, nothing from elsewhere, in no frame. */
    static final String ONLY_STYLE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

    private static final String ROW = "<li><a href=\"/docs/guides/%s\"><b>%s</b><span>%s</span></a></li>\n    ";

    private final String page;

    FrontPageApi(Version version, NodeRoles roles) {
        this.page = read("front-page.html")
                .replace("{{version}}", HtmlUtils.htmlEscape(version.number()))
                .replace("{{roles}}", roles(roles))
                .replace("{{guides}}", guides());
    }

    /** Says what runs here and where to go on. */
    @Open(because = "it is the front door")
    @GetMapping(path = "/", produces = MediaType.TEXT_HTML_VALUE)
    ResponseEntity<String> page() {
        return ResponseEntity.ok()
                .header("Content-Security-Policy", ONLY_STYLE)
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .body(page);
    }

    /** Which part of the platform this node is, where it is not all of it. */
    private static String roles(NodeRoles roles) {
        boolean all = roles.roles().size() == NodeRoles.Role.values().length;
        return all ? "" : ", serving " + HtmlUtils.htmlEscape(String.join(", ", roles.roles()));
    }

    /** One row for each guide that is in the jar: its title, and the first sentence below it. */
    private static String guides() {
        StringBuilder rows = new StringBuilder();
        try {
            for (Resource guide :
                    new PathMatchingResourcePatternResolver().getResources("classpath*:docs/guides/*.md")) {
                String name = String.valueOf(guide.getFilename()).replaceFirst("\\.md$", "");
                List<String> lines = guide.getContentAsString(StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> !line.isBlank())
                        .limit(2)
                        .toList();
                String title = lines.isEmpty() ? name : lines.getFirst().replaceFirst("^#+ *", "");
                String about = lines.size() < 2 ? "" : lines.get(1).replaceFirst("[.:] .*", "");
                rows.append(ROW.formatted(
                        HtmlUtils.htmlEscape(name), HtmlUtils.htmlEscape(title), HtmlUtils.htmlEscape(about)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the guides are part of the jar", e);
        }
        return rows.toString();
    }

    private static String read(String resource) {
        try {
            return new ClassPathResource(resource).getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the front page is part of the jar", e);
        }
    }
}
