package dev.gsv.cmp.kit;

import java.time.Duration;
import java.util.List;

/** The problems that any room may answer with. */
public abstract sealed class KitProblem extends Problem {

    private KitProblem(String message) {
        super(message);
    }

    private KitProblem(String message, List<Detail> details) {
        super(message, details);
    }

    private KitProblem(String message, Duration retryAfter) {
        super(message, List.of(), retryAfter);
    }

    @ProblemCode(value = "VALIDATION_ERROR", status = 400, title = "The request is not well formed")
    public static final class Invalid extends KitProblem {
        public Invalid(String message) {
            super(message);
        }

        public Invalid(String message, List<Detail> details) {
            super(message, details);
        }

        public Invalid(String path, String message) {
            super(path + ": " + message, List.of(new Detail(path, message)));
        }
    }

    @ProblemCode(value = "UNAUTHENTICATED", status = 401, title = "Not signed in")
    public static final class Unauthenticated extends KitProblem {
        public Unauthenticated() {
            super("A valid access token or API key is needed: send it as 'Authorization: Bearer …'.");
        }
    }

    @ProblemCode(value = "PERMISSION_DENIED", status = 403, title = "Not allowed")
    public static final class PermissionDenied extends KitProblem {
        public PermissionDenied(String message) {
            super(message);
        }
    }

    /** Also the answer for things of other organizations, so that nobody learns that they exist. */
    @ProblemCode(value = "NOT_FOUND", status = 404, title = "Not found")
    public static final class NotFound extends KitProblem {
        public NotFound(String what) {
            super("There is no such " + what + ".");
        }
    }

    @ProblemCode(value = "METHOD_NOT_ALLOWED", status = 405, title = "Method not allowed")
    public static final class MethodNotAllowed extends KitProblem {
        private final String allowed;

        public MethodNotAllowed(String method, String allowed) {
            super(method + " is not possible here" + (allowed.isEmpty() ? "." : "; allowed: " + allowed + "."));
            this.allowed = allowed;
        }

        /** What is possible, for the header {@code Allow}. */
        String allowed() {
            return allowed;
        }
    }

    @ProblemCode(value = "NOT_ACCEPTABLE", status = 406, title = "No such representation")
    public static final class NotAcceptable extends KitProblem {
        public NotAcceptable() {
            super("This resource answers application/json; change the Accept header.");
        }
    }

    @ProblemCode(value = "DUPLICATE", status = 409, title = "Already exists")
    public static final class Duplicate extends KitProblem {
        public Duplicate(String message) {
            super(message);
        }
    }

    @ProblemCode(value = "INVALID_STATE", status = 409, title = "Not possible in this state")
    public static final class InvalidState extends KitProblem {
        public InvalidState(String message) {
            super(message);
        }
    }

    @ProblemCode(value = "IDEMPOTENCY_PAYLOAD_MISMATCH", status = 409, title = "Key already used for another request")
    public static final class PayloadMismatch extends KitProblem {
        public PayloadMismatch() {
            super("This Idempotency-Key was used with another request. Use a new key for a new request.");
        }
    }

    @ProblemCode(
            value = "IDEMPOTENCY_IN_PROGRESS",
            status = 409,
            title = "The first request with this key is still running")
    public static final class InProgress extends KitProblem {
        public InProgress() {
            super(
                    "The first request with this Idempotency-Key is still running. Ask again with the same key.",
                    Duration.ofSeconds(1));
        }
    }

    @ProblemCode(value = "REQUEST_TOO_LARGE", status = 413, title = "The request is too large")
    public static final class TooLarge extends KitProblem {
        public TooLarge(long limitBytes) {
            super("The body is larger than the limit of " + limitBytes / 1024 + " KB.");
        }
    }

    @ProblemCode(value = "UNSUPPORTED_MEDIA_TYPE", status = 415, title = "Unsupported content type")
    public static final class UnsupportedMediaType extends KitProblem {
        public UnsupportedMediaType() {
            super("Send the body as application/json.");
        }
    }

    @ProblemCode(value = "SEMANTIC_ERROR", status = 422, title = "Not possible with these values")
    public static final class Meaningless extends KitProblem {
        public Meaningless(String message) {
            super(message);
        }

        public Meaningless(String message, List<Detail> details) {
            super(message, details);
        }
    }

    @ProblemCode(value = "RATE_LIMITED", status = 429, title = "Too many requests")
    public static final class RateLimited extends KitProblem {
        public RateLimited(String message, Duration retryAfter) {
            super(message, retryAfter);
        }
    }

    @ProblemCode(value = "INTERNAL_ERROR", status = 500, title = "Something went wrong on our side")
    public static final class Internal extends KitProblem {
        public Internal() {
            super("Something went wrong on our side. Nothing was charged. Tell support the trace id.");
        }
    }

    @ProblemCode(value = "EXTERNAL_SERVICE_ERROR", status = 502, title = "Another service failed")
    public static final class OutsideFailed extends KitProblem {
        public OutsideFailed(String message) {
            super(message);
        }
    }

    @ProblemCode(value = "UNAVAILABLE", status = 503, title = "Try again shortly")
    public static final class Unavailable extends KitProblem {
        public Unavailable(String message, Duration retryAfter) {
            super(message, retryAfter);
        }
    }
}
