package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {

    @Test
    void a_known_prefix_is_found_anywhere_and_shown_only_masked() {
        String secret = Planted.openAi();
        String text = "key = \"" + secret + "\" # mine";
        assertThat(Secrets.in(text)).hasSize(1);
        assertThat(Secrets.mask(text)).isEqualTo("key = \"sk-…3fd2\" # mine");
    }

    @Test
    void every_kind_of_planted_secret_is_found_and_masked() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            String secret = Planted.secret(random);
            String masked = Secrets.mask("before " + secret + " after");
            assertThat(masked).as("seed %d, %s", seed, secret).doesNotContain(secret);
            assertThat(longestCommon(masked, secret))
                    .as("seed %d: at most prefix and four characters of %s in %s", seed, secret, masked)
                    .isLessThanOrEqualTo(8);
        }
    }

    @Test
    void a_key_in_which_chance_wrote_what_placeholders_are_made_of_is_found() {
        String secret = "s" + "k-MWL1FZDkmR4hNejn6l9kpfY0kpAo8qTXXxxc2CRp";
        assertThat(Secrets.mask("before " + secret + " after")).isEqualTo("before sk-…2CRp after");
    }

    @Test
    void nearly_every_random_key_without_a_prefix_is_found() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        int found = 0;
        for (int i = 0; i < 1_000; i++) {
            found += Secrets.in(Planted.alnum(random, 40)).isEmpty() ? 0 : 1;
            found += Secrets.in(Planted.hex(random, 32)).isEmpty() ? 0 : 1;
        }
        assertThat(found).as("seed %d", seed).isGreaterThan(1_900);
    }

    @Test
    void private_keys_and_passwords_in_addresses_are_found() {
        assertThat(Secrets.in(Planted.privateKey())).hasSize(1);
        assertThat(Secrets.mask("postgresql://me:Tr0ub4dor@db.example.org/x")).doesNotContain("Tr0ub4dor");
        assertThat(Secrets.mask("api_key=\"abc123def456\"")).doesNotContain("abc123def456");
        assertThat(Secrets.mask("Authorization: Bearer abc123def456ghi789")).doesNotContain("abc123def456ghi789");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "risk-based-testing-of-software",
                "sk-your-api-key-goes-here",
                "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
                "sk-...",
                "OPENAI_API_KEY",
                "ConversationalRetrievalQAChainWithSources2Component",
                "0197a3c1-6a0e-7c55-9d5e-0f4a2f0e4d10",
                "postgresql://user:password@localhost/db",
                "https://example.org/a/very/long/path/with/Many/Parts/2024/index.html",
                "api_key=os.environ[\"OPENAI_API_KEY\"]",
                "Bearer <your token here>",
                "lfx.components.input_output.chat.ChatInput"
            })
    void ordinary_text_is_no_secret(String text) {
        assertThat(Secrets.in(text)).isEmpty();
        assertThat(Secrets.mask(text)).isEqualTo(text);
    }

    @Test
    void names_of_variables_are_told_from_their_values() {
        assertThat(Secrets.variableName("OPENAI_API_KEY")).isTrue();
        assertThat(Secrets.variableName("My key: production")).isTrue();
        assertThat(Secrets.variableName(Planted.openAi())).isFalse();
        assertThat(Secrets.variableName("EnE19gGWNyewCPsMj5c1fMGx")).isFalse();
        assertThat(Secrets.conventionalName("TAVILY_API_KEY")).isTrue();
        assertThat(Secrets.conventionalName("HUNTER_2")).isFalse();
    }

    @Test
    void hostile_text_is_searched_in_reasonable_time() {
        long before = System.nanoTime();
        for (String part : new String[] {"://a:", "sk-", "eyJ.", "-----BEGIN ", "api_key='", "aA1", "xox"}) {
            Secrets.in(part.repeat(1_000_000 / part.length()));
        }
        assertThat(System.nanoTime() - before).isLessThan(20_000_000_000L);
    }

    private static int longestCommon(String a, String b) {
        int longest = 0;
        for (int i = 0; i < a.length(); i++) {
            for (int j = i + longest + 1; j <= a.length() && b.contains(a.substring(i, j)); j++) {
                longest = j - i;
            }
        }
        return longest;
    }
}
