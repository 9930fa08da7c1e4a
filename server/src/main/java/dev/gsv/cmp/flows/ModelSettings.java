package dev.gsv.cmp.flows;

import java.net.URI;
import java.util.Locale;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * The installation's model server: {@code OPENAI_BASE_URL}, {@code OPENAI_API_KEY}, {@code OPENAI_MODEL}.
 *
 * @param baseUrl without a slash at the end; empty when no server is configured
 * @param apiKey empty for servers that want none
 * @param model what a flow gets that names no model
 */
@Component
record ModelSettings(String baseUrl, String apiKey, String model) {
    static final String OPENAI = "https://api.openai.com/v1";
    static final String DEFAULT_MODEL = "gpt-4o-mini";

    ModelSettings {
        baseUrl = bare(baseUrl);
        if (!baseUrl.isEmpty()) {
            String scheme = String.valueOf(URI.create(baseUrl).getScheme()).toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new IllegalArgumentException("OPENAI_BASE_URL starts with http:// or https://");
            }
        }
        apiKey = apiKey.strip();
        model = model.isBlank() ? DEFAULT_MODEL : model.strip();
    }

    @Autowired
    ModelSettings(Environment environment) {
        this(
                base(environment),
                environment.getProperty("OPENAI_API_KEY", ""),
                environment.getProperty("OPENAI_MODEL", ""));
    }

    private static String base(Environment environment) {
        String own = environment.getProperty("OPENAI_BASE_URL", "").strip();
        boolean key = !environment.getProperty("OPENAI_API_KEY", "").isBlank();
        return own.isEmpty() && key ? OPENAI : own;
    }

    private static String bare(String url) {
        String bare = url.strip();
        while (bare.endsWith("/")) {
            bare = bare.substring(0, bare.length() - 1);
        }
        return bare;
    }

    boolean configured() {
        return !baseUrl.isEmpty();
    }

    /**
     * Whether a node that names this server may run: only the installation's own, or OpenAI's, which it stands in for.
     */
    boolean allows(String nodeBase) {
        String bare = bare(nodeBase);
        return bare.isEmpty() || bare.equals(baseUrl) || bare.equals(OPENAI);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "ModelSettings[baseUrl=" + baseUrl + ", model=" + model + "]";
    }
}
