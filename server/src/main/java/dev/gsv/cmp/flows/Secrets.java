package dev.gsv.cmp.flows;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what looks like a credential in a text, and masks it. It knows the prefixes of well-known providers and the
 * look of random strings; a password of ordinary words can only be told by its field, see {@link SecretScan}.
 */
final class Secrets {
    /** One credential inside a text: where it stands, what kind, and how it may be shown. */
    record Hit(int from, int to, String kind, String masked) {}

    /** A kind of credential; {@code hint} is a literal part of it, whose absence spares the search. */
    private record Known(String kind, String hint, Pattern pattern, int shown, Predicate<String> real) {
        Known(String kind, String hint, String regex, int shown) {
            this(kind, hint, Pattern.compile(regex), shown, token -> true);
        }
    }

    /** Longest random-looking token that is taken for a key; longer ones are images and other data. */
    private static final int LONGEST_RANDOM = 200;

    private static final int LAST_SHOWN = 4;
    private static final int SHORTEST_WITH_LAST = 16;
    private static final String START = "(?<![A-Za-z0-9_])";

    private static final List<Known> KNOWN = List.of(
            new Known(
                    "API key", "sk-", Pattern.compile(START + "sk-[A-Za-z0-9_-]{16,250}"), 3, Secrets::notAPlaceholder),
            new Known("payment key", "k_live_", START + "[sr]k_live_[A-Za-z0-9]{16,250}", 8),
            new Known("payment key", "k_test_", START + "[sr]k_test_[A-Za-z0-9]{16,250}", 8),
            new Known("webhook secret", "whsec_", START + "whsec_[A-Za-z0-9+/=]{16,250}", 6),
            new Known("AWS key", "AKIA", START + "AKIA[A-Z0-9]{16}(?![A-Za-z0-9])", 4),
            new Known("AWS key", "ASIA", START + "ASIA[A-Z0-9]{16}(?![A-Za-z0-9])", 4),
            new Known("GitHub token", "gh", START + "gh[pousr]_[A-Za-z0-9]{20,250}", 4),
            new Known("GitHub token", "github_pat_", START + "github_pat_[A-Za-z0-9_]{22,250}", 11),
            new Known("GitLab token", "glpat-", START + "glpat-[A-Za-z0-9_-]{20,250}", 6),
            new Known("Slack token", "xox", START + "xox[abeoprs]-[A-Za-z0-9-]{10,250}", 4),
            new Known("Slack token", "xapp-", START + "xapp-[A-Za-z0-9-]{10,250}", 5),
            new Known("Google key", "AIza", START + "AIza[A-Za-z0-9_-]{30,250}", 4),
            new Known("Google token", "ya29.", START + "ya29\\.[A-Za-z0-9_-]{20,500}", 5),
            new Known("Hugging Face token", "hf_", START + "hf_[A-Za-z0-9]{30,250}", 3),
            new Known("Groq key", "gsk_", START + "gsk_[A-Za-z0-9]{20,250}", 4),
            new Known("Tavily key", "tvly-", START + "tvly-[A-Za-z0-9-]{20,250}", 5),
            new Known("Replicate token", "r8_", START + "r8_[A-Za-z0-9]{30,250}", 3),
            new Known("Perplexity key", "pplx-", START + "pplx-[A-Za-z0-9]{30,250}", 5),
            new Known("NVIDIA key", "nvapi-", START + "nvapi-[A-Za-z0-9_-]{30,250}", 6),
            new Known("Pinecone key", "pcsk_", START + "pcsk_[A-Za-z0-9_]{30,250}", 5),
            new Known("LangSmith key", "lsv2_", START + "lsv2_(?:pt|sk)_[A-Za-z0-9_]{30,250}", 8),
            new Known("Apify token", "apify_api_", START + "apify_api_[A-Za-z0-9]{20,250}", 10),
            new Known("npm token", "npm_", START + "npm_[A-Za-z0-9]{36,250}", 4),
            new Known("Vault token", "hv", START + "hv[sbr]\\.[A-Za-z0-9_-]{20,500}", 4),
            new Known("Astra token", "AstraCS:", START + "AstraCS:[A-Za-z0-9]{10,250}:[A-Za-z0-9]{20,250}", 8),
            new Known("SendGrid key", "SG.", START + "SG\\.[A-Za-z0-9_-]{16,250}\\.[A-Za-z0-9_-]{16,250}", 3),
            new Known("CMP key", "ar_sk_live_", START + "ar_sk_live_[A-Za-z0-9._-]{16,2000}", 6),
            new Known("CMP key", "cmp_sk_", START + "cmp_sk_[A-Za-z0-9._-]{16,2000}", 6),
            new Known(
                    "signed token",
                    "eyJ",
                    START + "eyJ[A-Za-z0-9_-]{10,2000}\\.eyJ[A-Za-z0-9_-]{8,4000}\\.[A-Za-z0-9_-]{8,2000}",
                    3),
            new Known(
                    "bearer token",
                    "earer",
                    Pattern.compile("\\b[Bb]earer\\s{1,3}[A-Za-z0-9._~+/=-]{16,2000}"),
                    7,
                    Secrets::mixed),
            new Known(
                    "private key",
                    "PRIVATE KEY-----",
                    "-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\\s\\\\]{0,8000}",
                    10),
            new Known(
                    "password in an address",
                    "://",
                    Pattern.compile("://[^\\s/:@\"'<>{}$]{0,200}:[^\\s/@\"'<>{}$]{3,200}@"),
                    3,
                    Secrets::notAnExample));

    private static final Pattern RANDOM = Pattern.compile("[A-Za-z0-9+/=]{24,}");
    private static final Pattern HEX =
            Pattern.compile("(?<![A-Za-z0-9-])(?:[0-9a-f]{32,64}|[0-9A-F]{32,64})(?![A-Za-z0-9-])");
    private static final Pattern ASSIGNED =
            Pattern.compile("(?:api_?key|secret|token|passwd|password|API_?KEY|SECRET|TOKEN|PASSWORD)[\"']?"
                    + "\\s{0,3}[=:]\\s{0,3}[\"']([^\"'\\s{}<>$]{8,200})[\"']");
    private static final Pattern PLACEHOLDER =
            Pattern.compile("(?i)[x*.#_-]{4,}|your|example|placeholder|changeme|dummy|redacted|<|>|\\.\\.\\.");
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_ .:-]{0,119}");
    private static final Pattern CONVENTIONAL_NAME = Pattern.compile("[A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){0,4}"
            + "_(?:API_KEY|API_TOKEN|ACCESS_TOKEN|APPLICATION_TOKEN|API_ENDPOINT)");

    private Secrets() {}

    /** Credentials of known shape and random-looking strings, in the order of the text, without overlaps. */
    static List<Hit> in(String text) {
        return in(text, true);
    }

    /**
     * @param random whether strings that merely look random count too; not where a format makes such strings itself, as
     *     in the ids of edges
     */
    static List<Hit> in(String text, boolean random) {
        if (text.length() < SHORTEST_WITH_LAST / 2) {
            return List.of();
        }
        List<Hit> hits = new ArrayList<>();
        for (Known known : KNOWN) {
            if (!text.contains(known.hint())) {
                continue;
            }
            Matcher matcher = known.pattern().matcher(text);
            while (matcher.find()) {
                if (known.real().test(matcher.group())) {
                    add(hits, matcher.start(), matcher.end(), known.kind(), masked(matcher.group(), known.shown()));
                }
            }
        }
        if (random) {
            randomIn(text, hits);
        }
        hits.sort((a, b) -> Integer.compare(a.from(), b.from()));
        return hits;
    }

    private static void randomIn(String text, List<Hit> hits) {
        Matcher matcher = RANDOM.matcher(text);
        while (matcher.find()) {
            String token = matcher.group();
            if (token.length() <= LONGEST_RANDOM && looksRandom(token)) {
                add(hits, matcher.start(), matcher.end(), "random-looking string", masked(token, 2));
            }
        }
        matcher = HEX.matcher(text);
        while (matcher.find()) {
            if (looksRandomHex(matcher.group())) {
                add(hits, matcher.start(), matcher.end(), "random-looking string", masked(matcher.group(), 2));
            }
        }
        matcher = ASSIGNED.matcher(text);
        while (matcher.find()) {
            String value = matcher.group(1);
            if (notAPlaceholder(value)
                    && mixed(value)
                    && !CONVENTIONAL_NAME.matcher(value).matches()) {
                add(hits, matcher.start(1), matcher.end(1), "value of a key, token or password", masked(value, 2));
            }
        }
    }

    private static void add(List<Hit> hits, int from, int to, String kind, String masked) {
        if (hits.stream().noneMatch(hit -> from < hit.to() && hit.from() < to)) {
            hits.add(new Hit(from, to, kind, masked));
        }
    }

    /** The text with every credential in it masked. */
    static String mask(String text) {
        List<Hit> hits = in(text);
        if (hits.isEmpty()) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (Hit hit : hits) {
            out.append(text, from, hit.from()).append(hit.masked());
            from = hit.to();
        }
        return out.append(text, from, text.length()).toString();
    }

    /** {@code sk-…3fd2}: the public beginning, and the last four characters of a long one. */
    static String masked(String secret, int shown) {
        String bare = secret.strip();
        String start = bare.substring(0, Math.min(shown, bare.length() / 4));
        boolean tail = bare.length() >= SHORTEST_WITH_LAST && !bare.startsWith("-----") && !bare.startsWith("://");
        return start + "…" + (tail ? bare.substring(bare.length() - LAST_SHOWN) : "");
    }

    /** Whether a text can be the name of a global variable, rather than its value. */
    static boolean variableName(String text) {
        return NAME.matcher(text).matches() && in(text).isEmpty() && !looksRandom(text);
    }

    /** {@code OPENAI_API_KEY} and the like: the name of a variable, even where the file does not say so. */
    static boolean conventionalName(String text) {
        return CONVENTIONAL_NAME.matcher(text).matches();
    }

    /** Chance writes {@code XXxx} into a real key as well: then the rest of it still looks random. */
    private static boolean notAPlaceholder(String token) {
        String rest = PLACEHOLDER.matcher(token).replaceAll("");
        return (rest.length() == token.length() || looksRandom(rest))
                && token.chars().distinct().count() > 5;
    }

    private static boolean notAnExample(String address) {
        String userInfo = address.substring(3, address.length() - 1);
        String password = userInfo.substring(userInfo.indexOf(':') + 1);
        return !PLACEHOLDER.matcher(password).find()
                && !password.equalsIgnoreCase("password")
                && !password.equalsIgnoreCase("pass");
    }

    /** Letters of both cases and digits, mixed as chance mixes them: camel case and words are not. */
    private static boolean looksRandom(String token) {
        long digits = token.chars().filter(c -> c >= '0' && c <= '9').count();
        long upper = token.chars().filter(c -> c >= 'A' && c <= 'Z').count();
        long lower = token.chars().filter(c -> c >= 'a' && c <= 'z').count();
        return token.length() >= 24
                && digits >= 3
                && upper >= 3
                && lower >= 3
                && changes(token) * 5 >= token.length() * 2
                && entropy(token) >= 3.8;
    }

    /** How often neighbours are of different kinds; about 0.6 of the length in a random string, 0.2 in camel case. */
    private static int changes(String token) {
        int changes = 0;
        for (int i = 1; i < token.length(); i++) {
            changes += kind(token.charAt(i)) == kind(token.charAt(i - 1)) ? 0 : 1;
        }
        return changes;
    }

    private static int kind(char c) {
        if (c >= '0' && c <= '9') {
            return 0;
        }
        return c >= 'a' && c <= 'z' ? 1 : 2;
    }

    private static boolean looksRandomHex(String token) {
        long digits = token.chars().filter(c -> c >= '0' && c <= '9').count();
        return digits >= token.length() / 3 && digits < token.length() && entropy(token) >= 3.2;
    }

    private static boolean mixed(String token) {
        boolean digit = token.chars().anyMatch(c -> c >= '0' && c <= '9');
        boolean letter = token.chars().anyMatch(Character::isLetter);
        return digit && letter && token.chars().distinct().count() > 5;
    }

    /** Shannon entropy, in bits for each character. */
    static double entropy(String token) {
        int[] counts = new int[128];
        for (int i = 0; i < token.length(); i++) {
            counts[token.charAt(i) & 127]++;
        }
        double bits = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / token.length();
                bits -= share * Math.log(share) / Math.log(2);
            }
        }
        return bits;
    }
}
