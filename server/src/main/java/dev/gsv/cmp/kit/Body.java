package dev.gsv.cmp.kit;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Reads the body of a request once, within its limit (413 beyond it), and keeps the bytes for {@link Call}. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
class Body extends OncePerRequestFilter {

    /** Section 9 of the control plane contract. */
    static final int MAX_BODY_BYTES = 256 * 1024;
    /** A flow file carries its components' source; the largest real export known is 0.4 MB. */
    static final int MAX_FLOW_BYTES = 8 * 1024 * 1024;

    /** A file in a multipart body; also in {@code application.yaml}, which bounds it. */
    static final int MAX_UPLOAD_BYTES = 50 * 1024 * 1024;

    private static final Pattern FLOW_ROUTES =
            Pattern.compile("/api/v1/(?:flows(?:/.*)?|offerings/[^/]+/(?:validate_flow|import_flow))");
    private static final String BYTES = Body.class.getName() + ".bytes";

    private final ProblemAdvice problems;

    Body(ProblemAdvice problems) {
        this.problems = problems;
    }

    static byte[] of(HttpServletRequest request) {
        return request.getAttribute(BYTES) instanceof byte[] bytes ? bytes : new byte[0];
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String type = request.getContentType();
        // The token endpoint reads a form, which the container parses from the stream and bounds by itself.
        return (type != null && type.startsWith("multipart/"))
                || request.getRequestURI().equals("/oauth2/token");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        int limit = FLOW_ROUTES.matcher(request.getRequestURI()).matches() ? MAX_FLOW_BYTES : MAX_BODY_BYTES;
        if (request.getContentLengthLong() > limit) {
            problems.write(new KitProblem.TooLarge(limit), response);
            return;
        }
        byte[] bytes = request.getInputStream().readNBytes(limit + 1);
        if (bytes.length > limit) {
            problems.write(new KitProblem.TooLarge(limit), response);
            return;
        }
        request.setAttribute(BYTES, bytes);
        chain.doFilter(new Buffered(request, bytes), response);
    }

    private static final class Buffered extends HttpServletRequestWrapper {
        private final byte[] bytes;

        Buffered(HttpServletRequest request, byte[] bytes) {
            super(request);
            this.bytes = bytes;
        }

        @Override
        public ServletInputStream getInputStream() {
            return new BufferedStream(new ByteArrayInputStream(bytes));
        }
    }

    private static final class BufferedStream extends ServletInputStream {
        private final ByteArrayInputStream bytes;

        BufferedStream(ByteArrayInputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return bytes.read(target, offset, length);
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException("bodies are read by blocking");
        }
    }
}
