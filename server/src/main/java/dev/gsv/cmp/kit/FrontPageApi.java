package dev.gsv.cmp.kit;

import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
    private static final String ROW = "<li><a href=\"/docs/guides/%s\"><b>Guide</b><span>%s</span></a></li>\n    ";

    private final String page;

    FrontPageApi(Version version, NodeRoles roles) {
        this.page = read("front-page.html")
                .replace("{{version}}", HtmlUtils.htmlEscape(version.number()))
                .replace("{{roles}}", HtmlUtils.htmlEscape(String.join(", ", roles.roles())))
                .replace("{{guides}}", guides());
    }

    /** Says what runs here and where to go on. */
    @Open(because = "it is the front door")
    @GetMapping(path = "/", produces = MediaType.TEXT_HTML_VALUE)
    ResponseEntity<String> page() {
        return ResponseEntity.ok()
                .header(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .body(page);
    }

    /** One row for each guide that is in the jar, titled by its first line. */
    private static String guides() {
        StringBuilder rows = new StringBuilder();
        try {
            Resource[] guides = new PathMatchingResourcePatternResolver().getResources("classpath*:docs/guides/*.md");
            for (Resource guide : guides) {
                String name = String.valueOf(guide.getFilename()).replaceFirst("\\.md$", "");
                String title = guide.getContentAsString(StandardCharsets.UTF_8)
                        .lines()
                        .findFirst()
                        .orElse(name)
                        .replaceFirst("^#+ *", "");
                rows.append(ROW.formatted(HtmlUtils.htmlEscape(name), HtmlUtils.htmlEscape(title)));
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
