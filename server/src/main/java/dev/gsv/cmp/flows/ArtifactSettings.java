package dev.gsv.cmp.flows;

import dev.gsv.cmp.kit.CannotStart;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where artifacts are kept (section 1 of the storage contract).
 *
 * @param directory where files go; unused with an endpoint
 * @param endpoint address of an S3 API; empty means files
 */
@ConfigurationProperties("cmp.artifacts")
record ArtifactSettings(
        Path directory,
        @DefaultValue("") String endpoint,
        @DefaultValue("") String accessKey,
        @DefaultValue("") String secretKey,
        @DefaultValue("cmp-artifacts") String bucket,
        @DefaultValue("us-east-1") String region) {

    ArtifactSettings {
        endpoint = endpoint.strip();
        if (!endpoint.isEmpty()) {
            String scheme = String.valueOf(address(endpoint).getScheme());
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new CannotStart("S3_ENDPOINT is no http or https address.", "Write it as http://host:9000.");
            }
            if (accessKey.isBlank() || secretKey.isBlank()) {
                throw new CannotStart(
                        "S3_ENDPOINT is set, but S3_ACCESS_KEY or S3_SECRET_KEY is missing.",
                        "Set both, or unset S3_ENDPOINT to keep artifacts as files.");
            }
        }
    }

    boolean remote() {
        return !endpoint.isEmpty();
    }

    URI endpointAddress() {
        return address(endpoint);
    }

    private static URI address(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new CannotStart("S3_ENDPOINT is no address.", "Write it as http://host:9000.", e);
        }
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "ArtifactSettings[directory=" + directory + ", endpoint=" + endpoint + ", bucket=" + bucket + "]";
    }
}
