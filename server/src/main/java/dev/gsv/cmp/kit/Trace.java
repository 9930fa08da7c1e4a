package dev.gsv.cmp.kit;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The trace id of a request: adopted from {@code traceparent} or {@code X-Request-Id}, else made; in every log line.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
public class Trace extends OncePerRequestFilter {

    public static final String LOG_KEY = "trace_id";
    private static final Pattern PARENT = Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");
    /** Only harmless characters: the id is echoed in a header and written to the log. */
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

    /** The trace id of the running request, or {@code "none"} outside of one. */
    public static String id() {
        String id = MDC.get(LOG_KEY);
        return id == null ? "none" : id;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String id = adopted(request.getHeader("traceparent"), request.getHeader("X-Request-Id"));
        MDC.put(LOG_KEY, id);
        response.setHeader("X-Request-Id", id);
        try {
            chain.doFilter(request, response);
        } finally {
            MDC.remove(LOG_KEY);
        }
    }

    static String adopted(@Nullable String traceparent, @Nullable String requestId) {
        if (traceparent != null) {
            Matcher matcher = PARENT.matcher(traceparent);
            if (matcher.matches()) {
                return matcher.group(1);
            }
        }
        if (requestId != null && REQUEST_ID.matcher(requestId).matches()) {
            return requestId;
        }
        byte[] bytes = new byte[16];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
