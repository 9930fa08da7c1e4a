package dev.gsv.cmp.flows;

import java.util.Set;

/**
 * A server that speaks OpenAI's chat completions, and the operator's key for it.
 *
 * @param baseUrl without a slash at the end; empty when there is none
 * @param apiKey empty for servers that want none
 */
record ModelServer(String baseUrl, String apiKey) {
    private static final Set<String> SAMPLES = Set.of(
            "https://api.openai.com",
            "https://api.anthropic.com",
            "http://localhost:11434",
            "http://127.0.0.1:11434",
            "http://host.docker.internal:11434");

    ModelServer {
        baseUrl = bare(baseUrl);
        apiKey = apiKey.strip();
    }

    boolean configured() {
        return !baseUrl.isEmpty();
    }

    /**
     * Whether a node that names this address may run here: only this server itself, or one that stands in every new
     * component of the editor and that this server takes the place of.
     */
    boolean allows(String named) {
        String root = root(named);
        return root.isEmpty() || root.equals(root(baseUrl)) || SAMPLES.contains(root);
    }

    /** Without the part that says which of its languages a server shall speak. */
    private static String root(String url) {
        String root = bare(url);
        for (String end : new String[] {"/v1", "/openai", "/api"}) {
            root = root.endsWith(end) ? root.substring(0, root.length() - end.length()) : root;
        }
        return bare(root);
    }

    static String bare(String url) {
        String bare = url.strip();
        while (bare.endsWith("/")) {
            bare = bare.substring(0, bare.length() - 1);
        }
        return bare;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "ModelServer[baseUrl=" + baseUrl + "]";
    }
}
