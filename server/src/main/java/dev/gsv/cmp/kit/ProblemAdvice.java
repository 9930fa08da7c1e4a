package dev.gsv.cmp.kit;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.ServletRequestBindingException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns every failure into problem+json: ours as they are, the framework's into ours, all others into a 500 without a
 * word.
 */
@RestControllerAdvice
public class ProblemAdvice {

    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);
    private static final Duration SOON = Duration.ofSeconds(1);
    /** What the embedded server needs to start again, and a little more. */
    private static final Duration WITHOUT_DATABASE = Duration.ofSeconds(5);

    private final JsonMapper mapper;

    ProblemAdvice(JsonMapper mapper) {
        this.mapper = mapper;
    }

    @ExceptionHandler
    ResponseEntity<ProblemBody> handle(Exception exception) {
        return answer(problemOf(exception));
    }

    /** Writes a problem from a filter, where no handler is in charge. */
    public void write(Problem problem, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        response.setStatus(problem.status());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        headers(problem).forEach((name, values) -> response.setHeader(name, values.getFirst()));
        response.getOutputStream().write(mapper.writeValueAsBytes(ProblemBody.of(problem, Trace.id())));
    }

    private static ResponseEntity<ProblemBody> answer(Problem problem) {
        return ResponseEntity.status(problem.status())
                .headers(headers(problem))
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(ProblemBody.of(problem, Trace.id()));
    }

    private static HttpHeaders headers(Problem problem) {
        HttpHeaders headers = new HttpHeaders();
        problem.retryAfter()
                .ifPresent(
                        after -> headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(Math.max(1, after.toSeconds()))));
        if (problem instanceof KitProblem.MethodNotAllowed other) {
            headers.set(HttpHeaders.ALLOW, other.allowed());
        }
        if (problem.status() == 401) {
            headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        return headers;
    }

    /** The problem that an exception stands for. */
    public static Problem problemOf(Exception exception) {
        return switch (exception) {
            case Problem problem -> problem;
            case HttpMessageNotReadableException e -> unreadable(e.getCause());
            case MethodArgumentNotValidException e ->
                new KitProblem.Invalid(
                        "The request has invalid fields.",
                        e.getBindingResult().getFieldErrors().stream()
                                .map(field ->
                                        new Problem.Detail(snake(field.getField()), said(field.getDefaultMessage())))
                                .toList());
            case HandlerMethodValidationException e -> new KitProblem.Invalid("The request has invalid parameters.");
            case MethodArgumentTypeMismatchException e -> mismatch(e);
            case ServletRequestBindingException e ->
                new KitProblem.Invalid(
                        e.getBody().getDetail() == null
                                ? "A parameter is missing."
                                : e.getBody().getDetail());
            case HttpRequestMethodNotSupportedException e ->
                new KitProblem.MethodNotAllowed(e.getMethod(), allowed(e.getSupportedHttpMethods()));
            case HttpMediaTypeNotSupportedException e -> new KitProblem.UnsupportedMediaType();
            case HttpMediaTypeNotAcceptableException e -> new KitProblem.NotAcceptable();
            case MaxUploadSizeExceededException e -> new KitProblem.TooLarge(Body.MAX_UPLOAD_BYTES);
            case MultipartException e -> new KitProblem.Invalid("The multipart body cannot be read.");
            case NoResourceFoundException e -> new KitProblem.NotFound("route");
            case NoHandlerFoundException e -> new KitProblem.NotFound("route");
            case TransactionException e -> database(e);
            case DataAccessException e -> database(e);
            default -> unknown(exception);
        };
    }

    /** What is wrong with JSON that could not be read as what was wanted. */
    static Problem unreadable(@Nullable Throwable failure) {
        return switch (failure) {
            case null -> new KitProblem.Invalid("The body is missing or cannot be read as JSON.");
            case StreamConstraintsException deep ->
                new KitProblem.Invalid("The JSON is nested too deep or holds too long a value; the depth limit is "
                        + Json.MAX_DEPTH + ".");
            case DatabindException bind -> {
                Problem own = problemIn(bind);
                String path = path(bind);
                if (own != null) {
                    yield named(own, path);
                }
                yield path.isEmpty()
                        ? new KitProblem.Invalid("The body has the wrong shape.")
                        : new KitProblem.Invalid(path, "has the wrong type");
            }
            case JacksonException json ->
                new KitProblem.Invalid("The body is not valid JSON"
                        + (json.getLocation() == null
                                ? "."
                                : ": line " + json.getLocation().getLineNr() + ", column "
                                        + json.getLocation().getColumnNr() + "."));
            default -> new KitProblem.Invalid("The body cannot be read as JSON.");
        };
    }

    /** A value that refused itself does not know its name; the reader of the body does. */
    private static Problem named(Problem own, String path) {
        if (path.isEmpty() || !own.details().isEmpty()) {
            return own;
        }
        String message = path + ": " + own.getMessage();
        List<Problem.Detail> details = List.of(new Problem.Detail(path, String.valueOf(own.getMessage())));
        return switch (own) {
            case KitProblem.Invalid invalid -> new KitProblem.Invalid(message, details);
            case KitProblem.Meaningless meaningless -> new KitProblem.Meaningless(message, details);
            default -> own;
        };
    }

    private static @Nullable Problem problemIn(Throwable thrown) {
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem;
            }
        }
        return null;
    }

    private static String path(DatabindException e) {
        return e.getPath().stream()
                .map(part -> part.getPropertyName() != null ? part.getPropertyName() : "[" + part.getIndex() + "]")
                .collect(Collectors.joining("."));
    }

    private static Problem mismatch(MethodArgumentTypeMismatchException e) {
        // An id that is no UUID cannot name anything: the same answer as for an unknown id.
        return e.getRequiredType() == java.util.UUID.class
                        && e.getParameter()
                                .hasParameterAnnotation(org.springframework.web.bind.annotation.PathVariable.class)
                ? new KitProblem.NotFound("resource")
                : new KitProblem.Invalid(snake(e.getName()), "has the wrong type");
    }

    private static Problem busy(Exception e) {
        log.warn("refused for lack of database capacity: {}", e.getMessage());
        return new KitProblem.Unavailable("The service is busy. Try again in a second.", SOON);
    }

    private static Problem database(Exception e) {
        if (SqlState.GONE.in(e)) {
            log.warn("refused, because the database does not answer: {}", e.getMessage());
            return new KitProblem.Unavailable(
                    "The database of this service does not answer at the moment. Try again in a few seconds; "
                            + "with the same Idempotency-Key nothing happens twice.",
                    WITHOUT_DATABASE);
        }
        boolean full = e instanceof CannotCreateTransactionException || e instanceof CannotGetJdbcConnectionException;
        // The connection broke, which the pool reports without a state: whether anything was written is not known, so
        // nobody may say that nothing was.
        boolean broken = e instanceof TransactionSystemException
                || e instanceof DataAccessResourceFailureException
                || e instanceof RecoverableDataAccessException;
        if (full
                || broken
                || e instanceof TransientDataAccessException
                || SqlState.TRANSIENT.in(e)
                || SqlState.isStalePlan(e)) {
            return busy(e);
        }
        return SqlState.BAD_DATA.in(e)
                ? new KitProblem.Invalid("A text holds a NUL character, or a number is out of range.")
                : unknown(e);
    }

    private static Problem unknown(Exception e) {
        log.error("unexpected failure", e);
        return new KitProblem.Internal();
    }

    private static String allowed(@Nullable Set<HttpMethod> methods) {
        return methods == null
                ? ""
                : methods.stream().map(HttpMethod::name).sorted().collect(Collectors.joining(", "));
    }

    private static String said(@Nullable String message) {
        return message == null ? "is invalid" : message;
    }

    static String snake(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(java.util.Locale.ROOT);
    }
}
