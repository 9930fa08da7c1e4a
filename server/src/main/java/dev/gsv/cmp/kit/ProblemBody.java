package dev.gsv.cmp.kit;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** The body of every error: RFC 9457 with the documented envelope as an extension member. */
record ProblemBody(String type, String title, int status, String detail, Envelope error) {

    record Envelope(
            String code,
            String message,

            @ArraySchema(schema = @Schema(implementation = Problem.Detail.class))
            List<Object> details,

            String traceId) {}

    /** An insight: a detail like the others, and beside it what a program can read. */
    record Seen(String path, String message, @JsonUnwrapped Object insight) {}

    static ProblemBody of(Problem problem, String traceId) {
        String sentence = problem.sentence();
        List<Object> details = problem.insight()
                .map(insight -> List.<Object>of(new Seen("insight", sentence, insight)))
                .orElseGet(() -> List.copyOf(problem.details()));
        return new ProblemBody(
                problem.page(),
                problem.title(),
                problem.status(),
                sentence,
                new Envelope(problem.code(), sentence, details, traceId));
    }
}
