package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a person reads in the browser: guides, pages of errors, the description of the API. */
class PagesTest {

    private static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    private final Api api = Harness.api();
    private final Api browser = api.with("Accept", BROWSER);

    @Test
    void a_guide_is_html_for_a_browser_and_markdown_for_everybody_else() {
        Api.Reply html = browser.get("/docs/guides/buyers").expect(200);
        assertThat(html.header("Content-Type")).contains("text/html;charset=UTF-8");
        assertThat(html.header("Vary"))
                .hasValueSatisfying(vary -> assertThat(vary).contains("Accept"));
        assertThat(html.text())
                .contains("<title>Guide for buyers · CMP</title>", "<h1>Guide for buyers</h1>", "<pre><code")
                .doesNotContain("```", "<script");
        for (Api other : List.of(api, api.with("Accept", "*/*"), api.with("Accept", "text/markdown, text/html;q=0"))) {
            Api.Reply markdown = other.get("/docs/guides/buyers").expect(200);
            assertThat(markdown.header("Content-Type")).contains("text/markdown;charset=UTF-8");
            assertThat(markdown.text()).startsWith("# Guide for buyers");
        }
    }

    @Test
    void the_page_of_an_error_and_a_name_with_md_are_the_same() {
        assertThat(browser.get("/docs/errors/kit/not-found").expect(200).text()).contains("<h1>NOT_FOUND</h1>");
        for (String page : List.of("/docs/guides/buyers", "/docs/errors/kit/not-found")) {
            assertThat(api.get(page + ".md").expect(200).text())
                    .isEqualTo(api.get(page).text());
        }
        for (String none : List.of("/docs/guides/none.md", "/docs/guides/buyers.md.md", "/docs/guides/.md")) {
            browser.get(none).expect(404, "NOT_FOUND");
        }
    }

    @Test
    void raw_html_in_a_page_is_shown_and_not_obeyed() {
        assertThat(Markdown.html("<script>alert(1)</script>\n\n[x](javascript:alert(1)) <b onclick=x>b</b>"))
                .doesNotContain("<script", "\"javascript:", "<b ")
                .contains("&lt;script");
        assertThat(Markdown.html("| a | b |\n|---|---|\n| 1 | `<i>` |")).contains("<table>", "&lt;i&gt;");
        assertThat(Markdown.title("# A <b> & C\n")).isEqualTo("A &lt;b&gt; &amp; C");
    }

    @Test
    void the_description_of_the_api_answers_in_the_browser_without_redirect_and_from_this_jar() {
        for (String path : List.of("/api/docs", "/api/docs/", "/api/redoc", "/api/redoc/")) {
            Api.Reply page = browser.get(path).expect(200);
            assertThat(page.header("Content-Type")).contains("text/html;charset=UTF-8");
            assertThat(page.text()).contains("/api/schema").doesNotContain("://", "{{");
            var used = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page.text());
            int files = 0;
            while (used.find()) {
                api.get(used.group(1)).expect(200);
                files++;
            }
            assertThat(files).isEqualTo(4);
        }
    }
}
