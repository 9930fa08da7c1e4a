package dev.gsv.cmp.kit;

import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Errors that no code of ours meets, as problem+json like all others: what the container refuses before the first
 * filter (an address that is none, headers too long) and what escapes the last one.
 */
@Component
class LastWords implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

    private static final Logger log = LoggerFactory.getLogger(LastWords.class);

    private final JsonMapper mapper;

    LastWords(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /** The problem that a bare status stands for. */
    static Problem of(int status) {
        return switch (status) {
            case 404 -> new KitProblem.NotFound("route");
            case 405, 501 -> new KitProblem.MethodNotAllowed("This method", "");
            case 413 -> new KitProblem.TooLarge(Body.MAX_BODY_BYTES);
            case 415 -> new KitProblem.UnsupportedMediaType();
            default ->
                status < 500
                        ? new KitProblem.Invalid(
                                "The address or a header of the request is not well formed, or too long.")
                        : new KitProblem.Internal();
        };
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass("");
                host.getPipeline().addValve(new Report(mapper));
            }
        });
    }

    private static final class Report extends ErrorReportValve {
        private final JsonMapper mapper;

        Report(JsonMapper mapper) {
            this.mapper = mapper;
        }

        @Override
        protected void report(Request request, Response response, @Nullable Throwable thrown) {
            if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
                return;
            }
            if (thrown != null) {
                log.error("unexpected failure", thrown);
            }
            Problem problem = of(response.getStatus());
            String given = response.getHeader("X-Request-Id");
            String trace = given == null
                    ? Trace.adopted(request.getHeader("traceparent"), request.getHeader("X-Request-Id"))
                    : given;
            response.setStatus(problem.status());
            response.setHeader("X-Request-Id", trace);
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            try {
                byte[] body = mapper.writeValueAsBytes(ProblemBody.of(problem, trace));
                response.setContentLength(body.length);
                response.getOutputStream().write(body);
                response.finishResponse();
            } catch (IOException e) {
                log.debug("the caller has gone", e);
            }
        }
    }
}
