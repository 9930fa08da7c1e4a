package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.KitProblem;
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
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Leaves the proof of a request's credential for the {@link Gate}, which asks for it where an endpoint uses the
 * {@link Caller}. A bad credential is refused there, also on open endpoints that show more to members: a stale token
 * must not turn a seller's draft into a 404. Where nobody asks who calls (guides, health, metrics), nobody looks.
 */
@Component
@Order(KeyFilter.AFTER_SECURITY)
class KeyFilter extends OncePerRequestFilter {

    /** Spring Security's chains stand at -100. */
    static final int AFTER_SECURITY = -90;

    private static final String BEARER = "bearer ";
    private static final int MAX_HEADERS = 2;

    private final Tokens tokens;
    private final ApiKeys keys;
    private final People people;

    KeyFilter(Tokens tokens, ApiKeys keys, People people) {
        this.tokens = tokens;
        this.keys = keys;
        this.people = people;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Gate.Proof proof = () -> credential(request).map(this::prove);
        request.setAttribute(Gate.PROOF, proof);
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
