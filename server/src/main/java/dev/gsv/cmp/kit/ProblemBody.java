package dev.gsv.cmp.kit;

import java.util.List;

/** The body of every error: RFC 9457 with the documented envelope as an extension member. */
record ProblemBody(String type, String title, int status, String detail, Envelope error) {

    record Envelope(String code, String message, List<Problem.Detail> details, String traceId) {}

    static ProblemBody of(Problem problem, String traceId) {
        String sentence = problem.sentence();
        return new ProblemBody(
                problem.page(),
                problem.title(),
                problem.status(),
                sentence,
                new Envelope(problem.code(), sentence, problem.details(), traceId));
    }
}
