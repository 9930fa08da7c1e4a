package dev.gsv.cmp.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.HtmlUtils;

/** The page at the address itself, until the web application takes its place. */
@RestController
class FrontPageApi {
    private final String page;

    FrontPageApi(Version version, NodeRoles roles) {
        this.page = read("front-page.html")
                .replace("{{version}}", HtmlUtils.htmlEscape(version.number()))
                .replace("{{roles}}", HtmlUtils.htmlEscape(String.join(", ", roles.roles())));
    }

    /** Says what runs here and where to go on. */
    @GetMapping(path = "/", produces = MediaType.TEXT_HTML_VALUE)
    ResponseEntity<String> page() {
        return ResponseEntity.ok()
                .header(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .body(page);
    }

    private static String read(String resource) {
        try {
            return new ClassPathResource(resource).getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the front page is part of the jar", e);
        }
    }
}
