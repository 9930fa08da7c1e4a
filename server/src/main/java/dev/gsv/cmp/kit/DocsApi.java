package dev.gsv.cmp.kit;

import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The API description in the browser (section 2.1 of the control plane contract), from files of this jar alone: once to
 * try the calls, once to read them from top to bottom.
 */
@RestController
@Hidden
class DocsApi {

    private static final String TRY = "{ docExpansion: \"list\", tryItOutEnabled: true, filter: true }";
    private static final String READ =
            "{ docExpansion: \"full\", defaultModelsExpandDepth: 2, supportedSubmitMethods: [] }";

    private final String page;

    DocsApi() throws IOException {
        this.page = new ClassPathResource("api-page.html").getContentAsString(StandardCharsets.UTF_8);
    }

    @GetMapping(path = "/api/docs", produces = MediaType.TEXT_HTML_VALUE)
    @Open(because = "the description of the API is for everybody")
    ResponseEntity<String> docs() {
        return page("Try the API", TRY);
    }

    @GetMapping(path = "/api/redoc", produces = MediaType.TEXT_HTML_VALUE)
    @Open(because = "the description of the API is for everybody")
    ResponseEntity<String> redoc() {
        return page("The API", READ);
    }

    private ResponseEntity<String> page(String title, String options) {
        String nonce = UUID.randomUUID().toString();
        return ResponseEntity.ok()
                .header(
                        "Content-Security-Policy",
                        "default-src 'self'; script-src 'self' 'nonce-" + nonce
                                + "'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'")
                .cacheControl(CacheControl.noStore())
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .body(page.replace("{{title}}", title)
                        .replace("{{nonce}}", nonce)
                        .replace("{{options}}", options));
    }
}
