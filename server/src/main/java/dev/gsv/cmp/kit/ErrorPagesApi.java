package dev.gsv.cmp.kit;

import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The pages behind the {@code type} of a problem and the guides, as plain text, from the same jar. */
@RestController
@Hidden
class ErrorPagesApi {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");

    @GetMapping("/docs/errors/{room}/{code}")
    @Open(because = "who meets an error must be able to read about it")
    ResponseEntity<String> error(@PathVariable String room, @PathVariable String code) throws IOException {
        return page("errors", room, code);
    }

    @GetMapping("/docs/guides/{name}")
    @Open(because = "guides are for everybody")
    ResponseEntity<String> guide(@PathVariable String name) throws IOException {
        return page("guides", name);
    }

    private static ResponseEntity<String> page(String... parts) throws IOException {
        for (String part : parts) {
            if (!NAME.matcher(part).matches()) {
                throw new KitProblem.NotFound("page");
            }
        }
        ClassPathResource page = new ClassPathResource("docs/" + String.join("/", parts) + ".md");
        if (!page.exists()) {
            throw new KitProblem.NotFound("page");
        }
        return ResponseEntity.ok()
                .contentType(new MediaType("text", "plain", StandardCharsets.UTF_8))
                .body(page.getContentAsString(StandardCharsets.UTF_8));
    }
}
