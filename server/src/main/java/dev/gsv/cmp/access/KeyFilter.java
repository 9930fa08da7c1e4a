package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.ProblemAdvice;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Gate;
import dev.gsv.cmp.orgs.People;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Proves the credential of a request and leaves the {@link Caller} for the {@link Gate}. No credential: the request
 * goes on without a caller, the gate decides. A bad one is refused here, on open routes too: whoever sends one means
 * it.
 */
@Component
@Order(KeyFilter.AFTER_SECURITY)
class KeyFilter extends OncePerRequestFilter {

    /** Spring Security's chains stand at -100. */
    static final int AFTER_SECURITY = -90;

    private static final String BEARER = "bearer ";
    private static final int MAX_HEADERS = 2;
    /**
     * Where a stale token must not be in the way: signing in anew, reading the metadata, and asking whether the node
     * lives.
     */
    private static final Set<String> INDIFFERENT = Set.of(
            "/api/v1/auth/login",
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
            "/health",
            "/api/v1/health",
            "/v1/health");

    private final Tokens tokens;
    private final ApiKeys keys;
    private final People people;
    private final ProblemAdvice problems;

    KeyFilter(Tokens tokens, ApiKeys keys, People people, ProblemAdvice problems) {
        this.tokens = tokens;
        this.keys = keys;
        this.people = people;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return INDIFFERENT.contains(request.getRequestURI());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            credential(request).map(this::prove).ifPresent(caller -> request.setAttribute(Gate.CALLER, caller));
        } catch (RuntimeException e) {
            problems.write(ProblemAdvice.problemOf(e), response);
            return;
        }
        chain.doFilter(request, response);
    }

    private Caller prove(String credential) {
        if (ApiKeys.looksLike(credential)) {
            return Caller.apiKey(keys.prove(credential));
        }
        Caller caller = tokens.prove(credential);
        if (caller.kind() == Caller.Kind.PERSON) {
            people.met(caller);
        }
        return caller;
    }

    /** The one credential of the request; the same one in two headers is one. */
    private static Optional<String> credential(HttpServletRequest request) {
        List<String> authorization = Collections.list(request.getHeaders("Authorization"));
        List<String> key = Collections.list(request.getHeaders("X-API-Key"));
        if (authorization.size() + key.size() > MAX_HEADERS) {
            throw new KitProblem.Invalid("Send one credential.");
        }
        List<String> sent = java.util.stream.Stream.concat(
                        authorization.stream()
                                .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(BEARER))
                                .map(value -> value.substring(BEARER.length())),
                        key.stream())
                .map(String::strip)
                .distinct()
                .toList();
        if (sent.size() > 1) {
            throw new KitProblem.Invalid("The request carries two different credentials. Send one.");
        }
        return sent.stream().findFirst();
    }
}
