package dev.gsv.cmp.kit;

import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * The pages behind the {@code type} of a problem and the guides, from the same jar: HTML for whoever asks for it by
 * name, as browsers do, and the Markdown itself for everybody else. A name may end in {@code .md}, as in links.
 */
@RestController
@Hidden
class ErrorPagesApi {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");
    private static final MediaType MARKDOWN = new MediaType("text", "markdown", StandardCharsets.UTF_8);
    private static final MediaType HTML = new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8);

    private final String frame;

    ErrorPagesApi() throws IOException {
        this.frame = new ClassPathResource("page.html").getContentAsString(StandardCharsets.UTF_8);
    }

    @GetMapping("/docs/errors/{room}/{code}")
    @Open(because = "who meets an error must be able to read about it")
    ResponseEntity<String> error(
            @PathVariable String room,
            @PathVariable String code,
            @RequestHeader(name = HttpHeaders.ACCEPT, required = false) @Nullable String accept)
            throws IOException {
        return page(accept, "errors", room, code);
    }

    @GetMapping("/docs/guides/{name}")
    @Open(because = "guides are for everybody")
    ResponseEntity<String> guide(
            @PathVariable String name,
            @RequestHeader(name = HttpHeaders.ACCEPT, required = false) @Nullable String accept)
            throws IOException {
        return page(accept, "guides", name);
    }

    private ResponseEntity<String> page(@Nullable String accept, String... parts) throws IOException {
        String path = String.join("/", parts).replaceFirst("\\.md$", "");
        for (String part : path.split("/", -1)) {
            if (!NAME.matcher(part).matches()) {
                throw new KitProblem.NotFound("page");
            }
        }
        ClassPathResource page = new ClassPathResource("docs/" + path + ".md");
        if (!page.exists()) {
            throw new KitProblem.NotFound("page");
        }
        String markdown = page.getContentAsString(StandardCharsets.UTF_8);
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok().varyBy(HttpHeaders.ACCEPT);
        if (!wantsHtml(accept)) {
            return answer.contentType(MARKDOWN).body(markdown);
        }
        return answer.contentType(HTML)
                .header("Content-Security-Policy", FrontPageApi.ONLY_STYLE)
                .body(frame.replace("{{title}}", Markdown.title(markdown))
                        .replace("{{body}}", Markdown.html(markdown)));
    }

    private static boolean wantsHtml(@Nullable String accept) {
        if (accept == null) {
            return false;
        }
        try {
            return MediaType.parseMediaTypes(accept).stream()
                    .anyMatch(type -> type.equalsTypeAndSubtype(MediaType.TEXT_HTML) && type.getQualityValue() > 0);
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }
}
