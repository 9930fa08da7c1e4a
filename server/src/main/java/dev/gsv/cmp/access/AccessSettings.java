package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.CannotStart;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How credentials are proved (section 2 of the identity contract, section 14 of the control plane contract).
 *
 * @param issuer empty means the embedded issuer
 * @param publicUrl where this installation is reached; empty means this node's own address
 * @param clientSecret empty means that the embedded issuer knows no service
 */
@ConfigurationProperties("cmp.access")
record AccessSettings(
        @DefaultValue("") String issuer,
        @DefaultValue("cmp-gateway") String audience,
        @DefaultValue("cmp-control-plane") String clientId,
        @DefaultValue("") String clientSecret,
        @DefaultValue("cmp-admin") String adminRole,
        @DefaultValue("") String publicUrl,
        @DefaultValue AgentKeys agentKeys) {

    private static final int MIN_SECRET_BYTES = 32;

    /**
     * The keys {@code ar_sk_live_…} (decision C-12).
     *
     * @param secretKey empty means one derived from the master key
     */
    record AgentKeys(
            @DefaultValue("") String secretKey,
            @DefaultValue("HS256") String algorithm,
            @DefaultValue("cmp.digitlify.com") String issuer,
            @DefaultValue("runtime.digitlify.com") String audience,
            @DefaultValue("365") int defaultExpiryDays) {

        AgentKeys {
            if (!algorithm.equals("HS256")) {
                throw new CannotStart(
                        "AGENT_KEYS_ALGORITHM is " + algorithm + "; CMP signs keys with HS256 only.", "Unset it.");
            }
            if (!secretKey.isEmpty() && secretKey.getBytes(StandardCharsets.UTF_8).length < MIN_SECRET_BYTES) {
                throw new CannotStart(
                        "AGENT_KEYS_SECRET_KEY has fewer than " + MIN_SECRET_BYTES + " bytes.",
                        "Make one with: openssl rand -hex 32");
            }
            if (defaultExpiryDays < 1 || defaultExpiryDays > ApiKeys.MAX_LIFETIME_DAYS) {
                throw new CannotStart(
                        "AGENT_KEYS_DEFAULT_EXPIRY_DAYS is " + defaultExpiryDays + ".",
                        "Give a number from 1 to " + ApiKeys.MAX_LIFETIME_DAYS + ".");
            }
        }

        @Override
        public String toString() {
            return "AgentKeys[issuer=" + issuer + ", audience=" + audience + "]";
        }
    }

    AccessSettings {
        issuer = address("OIDC_ISSUER", issuer);
        publicUrl = address("PUBLIC_URL", publicUrl);
    }

    boolean embedded() {
        return issuer.isEmpty();
    }

    /** Without a slash at the end of a public address; an issuer is kept to the letter, tokens must name it exactly. */
    private static String address(String name, String text) {
        String address = text.strip();
        if (address.isEmpty()) {
            return address;
        }
        try {
            URI uri = URI.create(address);
            if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                throw new IllegalArgumentException("no http address");
            }
        } catch (IllegalArgumentException e) {
            throw new CannotStart(name + " is not an http or https address: " + address, "Correct or unset it.", e);
        }
        return name.equals("PUBLIC_URL") ? address.replaceAll("/+$", "") : address;
    }

    @Override
    public String toString() {
        return "AccessSettings[issuer=" + issuer + ", audience=" + audience + ", publicUrl=" + publicUrl + "]";
    }
}
