package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Findings;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A version to be added. The room that inspected the artifact makes it.
 *
 * @param id chosen by the room that stored the artifact, so that the artifact's key can name it; null makes one
 * @param bytes size of the artifact
 */
public record NewVersion(
        @Nullable UUID id,
        String label,
        String artifactKey,
        String sha256,
        long bytes,
        List<String> capabilities,
        @Nullable JsonNode defaults,
        @Nullable JsonNode configSchema,
        Checked checked) {

    public static final int MAX_LABEL = 50;
    static final int MAX_KEY = 500;
    static final int MAX_CAPABILITIES = 50;
    static final int MAX_CAPABILITY = 100;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /**
     * What the import checks said.
     *
     * @param valid no finding is an error
     * @param runtime what can execute it: {@code native} or, for instance, {@code langflow}
     * @param findings all of them, as they are shown to the seller
     */
    public record Checked(boolean valid, String runtime, JsonNode findings) {}

    public NewVersion {
        Findings findings = new Findings();
        label = findings.name("version_label", label, MAX_LABEL);
        artifactKey = findings.name("artifact.s3_key", artifactKey, MAX_KEY);
        sha256 = findings.required("artifact.sha256", sha256, "");
        if (!SHA256.matcher(sha256).matches()) {
            findings.shape("artifact.sha256", "must be 64 lower-case hex digits");
        }
        if (bytes < 0) {
            findings.meaning("artifact", "has a negative size");
        }
        capabilities = findings.names("capabilities", capabilities, MAX_CAPABILITIES, MAX_CAPABILITY);
        defaults = findings.object("defaults", defaults, Terms.MAX_OBJECT_CHARACTERS);
        configSchema = configSchema == null || configSchema.isNull() ? null : configSchema;
        if (configSchema != null) {
            findings.object("config_schema", configSchema, Terms.MAX_OBJECT_CHARACTERS);
            if (configSchema instanceof ObjectNode schema) {
                ConfigSchema.faults(schema).forEach(fault -> findings.meaning("config_schema", fault));
            }
        }
        findings.refuse();
    }

    public NewVersion(
            String label,
            String artifactKey,
            String sha256,
            long bytes,
            List<String> capabilities,
            @Nullable JsonNode defaults,
            @Nullable JsonNode configSchema,
            Checked checked) {
        this(null, label, artifactKey, sha256, bytes, capabilities, defaults, configSchema, checked);
    }
}
