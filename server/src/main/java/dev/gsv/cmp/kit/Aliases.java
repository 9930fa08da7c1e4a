package dev.gsv.cmp.kit;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Every documented path answers (decisions C-05 and C-06): an alias and a trailing slash are resolved here, in process,
 * never by redirect. The rules are applied in order, each at most once; what comes out is the canonical path.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
public class Aliases extends OncePerRequestFilter {

    /** One row of the table: what a path looks like, and what it means. */
    public record Alias(Pattern documented, String canonical) {
        private static Alias of(String documented, String canonical) {
            return new Alias(Pattern.compile(documented), canonical);
        }
    }

    /** Section 2.2 of the control plane contract. {@code (/.*)?} carries the rest of the path along. */
    public static final List<Alias> TABLE = List.of(
            // the earlier generation's prefix
            Alias.of("/api/site-agent(?:/api)?(/.*)", "/api$1"),
            // whole addresses
            Alias.of("/api/stripe/checkout", "/api/v1/stripe/checkout"),
            Alias.of("/api/stripe/webhook", "/api/v1/webhooks/stripe"),
            Alias.of("/(?:api/(?:v1/)?)?admin/control-plane/webhooks/stripe", "/api/v1/webhooks/stripe"),
            Alias.of("/api/create-payment-intent", "/api/v1/stripe/payment-intents"),
            Alias.of("/webhooks/saleor/order-paid", "/api/v1/integrations/saleor/order-paid"),
            Alias.of("/v1/widget/session", "/v1/widget/session:init"),
            Alias.of("/api/agent-gateway/(invoke|health)", "/v1/$1"),
            Alias.of("/api/v1/deploy", "/api/v1/runtime/deploy"),
            // the earlier generation's nouns
            Alias.of("/api/(?:v1/)?customer-agent-configs(/.*)?", "/api/v1/instances$1"),
            Alias.of("/api/(?:v1/)?provider-agents(/.*)?", "/api/v1/offerings$1"),
            Alias.of("/api/(?:v1/)?marketplace-ai-knowledge-bases(/.*)?", "/api/v1/knowledge-bases$1"),
            Alias.of("/api/(?:v1/)?marketplace-ai-knowledge-documents(/.*)?", "/api/v1/knowledge-documents$1"),
            Alias.of("/api/(?:v1/)?marketplace-ai-workflows(/.*)?", "/api/v1/flows$1"),
            Alias.of("/api/flows/import", "/api/v1/flows/import"),
            Alias.of("/api/runtime/(auth|usage|deploy)", "/api/v1/runtime/$1"),
            Alias.of("/(?:api/)?admin(/.+)", "/api/v1/admin$1"),
            // at the root
            Alias.of("/(orgs|offerings|instances|wallets|billing|connectors|integrations)(/.*)?", "/api/v1/$1$2"),
            Alias.of("/capabilities", "/api/v1/capabilities"),
            Alias.of("/runs/([^/]+)/usage", "/api/v1/runs/$1/usage"),
            // parts under an instance
            Alias.of("(/api/v1/instances/[^/]+)/(?:keys|api-keys)(/.*)?", "$1/api_keys$2"),
            Alias.of("(/api/v1/instances/[^/]+)/widget", "$1/widget-embed"));

    /** Request attribute: true when the path named the caller's own seller organization ({@code provider-agents}). */
    public static final String OWN_OFFERINGS = Aliases.class.getName() + ".own";

    private static final Pattern OWN = Pattern.compile("/api/(?:site-agent/)?(?:v1/)?provider-agents(/.*)?");

    /** The canonical form of a path. */
    public static String canonical(String path) {
        String result = withoutSlash(path);
        for (Alias alias : TABLE) {
            var matcher = alias.documented().matcher(result);
            if (matcher.matches()) {
                result = matcher.replaceFirst(alias.canonical());
            }
        }
        return result;
    }

    private static String withoutSlash(String path) {
        int end = path.length();
        while (end > 1 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String asked = request.getRequestURI();
        String canonical = canonical(asked);
        if (OWN.matcher(withoutSlash(asked)).matches()) {
            request.setAttribute(OWN_OFFERINGS, true);
        }
        chain.doFilter(canonical.equals(asked) ? request : new Renamed(request, canonical), response);
    }

    private static final class Renamed extends HttpServletRequestWrapper {
        private final String path;

        Renamed(HttpServletRequest request, String path) {
            super(request);
            this.path = path;
        }

        @Override
        public String getRequestURI() {
            return path;
        }

        @Override
        public String getServletPath() {
            return path;
        }

        @Override
        public StringBuffer getRequestURL() {
            return new StringBuffer(getScheme())
                    .append("://")
                    .append(getServerName())
                    .append(':')
                    .append(getServerPort())
                    .append(path);
        }
    }
}
