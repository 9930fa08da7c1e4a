package dev.gsv.cmp.flows;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * The installation's model servers: one for everything ({@code OPENAI_BASE_URL}, {@code OPENAI_API_KEY},
 * {@code OPENAI_MODEL}), and where they are set, those of single providers. All are asked in OpenAI's language, which
 * each of these providers offers.
 *
 * @param baseUrl without a slash at the end; empty when no server is configured
 * @param apiKey empty for servers that want none
 * @param model what a flow gets that names no model
 * @param others servers by their provider, lower case, as Langflow writes it
 * @param fallback {@code CMP_FALLBACK_MODEL}: who answers when the model of a flow does not; empty for nobody
 */
@Component
record ModelSettings(String baseUrl, String apiKey, String model, Map<String, ModelServer> others, String fallback) {
    static final String OPENAI = "https://api.openai.com/v1";
    static final String DEFAULT_MODEL = "gpt-4o-mini";
    static final String ANTHROPIC = "anthropic";
    static final String OLLAMA = "ollama";
    static final String AZURE = "azure openai";

    ModelSettings {
        baseUrl = ModelServer.bare(baseUrl);
        checked("OPENAI_BASE_URL", baseUrl);
        apiKey = apiKey.strip();
        model = model.isBlank() ? DEFAULT_MODEL : model.strip();
        others = Map.copyOf(others);
        fallback = fallback.strip();
    }

    ModelSettings(String baseUrl, String apiKey, String model, Map<String, ModelServer> others) {
        this(baseUrl, apiKey, model, others, "");
    }

    ModelSettings(String baseUrl, String apiKey, String model) {
        this(baseUrl, apiKey, model, Map.of());
    }

    @Autowired
    ModelSettings(Environment environment) {
        this(
                base(environment),
                environment.getProperty("OPENAI_API_KEY", ""),
                environment.getProperty("OPENAI_MODEL", ""),
                others(environment),
                environment.getProperty("CMP_FALLBACK_MODEL", ""));
    }

    private static String base(Environment environment) {
        String own = environment.getProperty("OPENAI_BASE_URL", "").strip();
        boolean key = !environment.getProperty("OPENAI_API_KEY", "").isBlank();
        return own.isEmpty() && key ? OPENAI : own;
    }

    private static Map<String, ModelServer> others(Environment environment) {
        Map<String, ModelServer> others = new LinkedHashMap<>();
        String key = environment.getProperty("ANTHROPIC_API_KEY", "");
        if (!key.isBlank()) {
            String base = environment.getProperty("ANTHROPIC_BASE_URL", "https://api.anthropic.com");
            others.put(ANTHROPIC, new ModelServer(ending("ANTHROPIC_BASE_URL", base, "/v1"), key));
        }
        String ollama = environment.getProperty("OLLAMA_BASE_URL", "");
        if (!ollama.isBlank()) {
            others.put(OLLAMA, new ModelServer(ending("OLLAMA_BASE_URL", ollama, "/v1"), ""));
        }
        String azure = environment.getProperty("AZURE_OPENAI_ENDPOINT", "");
        if (!azure.isBlank()) {
            others.put(
                    AZURE,
                    new ModelServer(
                            ending("AZURE_OPENAI_ENDPOINT", azure, "/openai/v1"),
                            environment.getProperty("AZURE_OPENAI_API_KEY", "")));
        }
        return others;
    }

    private static String ending(String setting, String url, String end) {
        String bare = ModelServer.bare(url);
        checked(setting, bare);
        return bare.endsWith(end) ? bare : bare + end;
    }

    private static void checked(String setting, String url) {
        if (!url.isEmpty()) {
            String scheme = String.valueOf(URI.create(url).getScheme()).toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new IllegalArgumentException(setting + " starts with http:// or https://");
            }
        }
    }

    /** Who is asked for a provider's models: its own server, or the one for everything. */
    ModelServer server(String provider) {
        ModelServer own = others.get(provider);
        return own == null ? new ModelServer(baseUrl, apiKey) : own;
    }

    /** Whose model the fallback is: a provider before a slash, if it has a server of its own. */
    String fallbackProvider() {
        int slash = fallback.indexOf('/');
        String provider = slash < 0 ? "" : fallback.substring(0, slash).toLowerCase(Locale.ROOT);
        return others.containsKey(provider) ? provider : ModelNodes.DEFAULT_PROVIDER;
    }

    /** The name of the fallback at its provider. */
    String fallbackModel() {
        return fallbackProvider().equals(ModelNodes.DEFAULT_PROVIDER)
                ? fallback
                : fallback.substring(fallback.indexOf('/') + 1);
    }

    boolean configured() {
        return !baseUrl.isEmpty();
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "ModelSettings[baseUrl=" + baseUrl + ", model=" + model + ", others=" + others + "]";
    }
}
