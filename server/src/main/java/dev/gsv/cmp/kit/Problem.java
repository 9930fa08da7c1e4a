package dev.gsv.cmp.kit;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An error that a caller can act on. Its message is shown to the caller, so it never holds a secret, SQL, a stack trace
 * or the name of another tenant. Each room seals its own problems in one class; each leaf carries {@link ProblemCode}.
 */
public abstract class Problem extends RuntimeException {

    /** One finding inside a problem, for instance one invalid field. */
    public record Detail(String path, String message) {}

    private final transient List<Detail> details;
    private final transient @Nullable Duration retryAfter;

    protected Problem(String message) {
        this(message, List.of(), null);
    }

    protected Problem(String message, List<Detail> details) {
        this(message, details, null);
    }

    protected Problem(String message, List<Detail> details, @Nullable Duration retryAfter) {
        super(message, null, false, false);
        this.details = List.copyOf(details);
        this.retryAfter = retryAfter;
    }

    /** The safe sentence for the caller. */
    public String sentence() {
        return Objects.requireNonNull(getMessage());
    }

    public List<Detail> details() {
        return details;
    }

    /** Everything that a program may want to know of this problem, as one more entry of the details. */
    public Optional<Object> insight() {
        return Optional.empty();
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    public String code() {
        return face().value();
    }

    public int status() {
        return face().status();
    }

    public String title() {
        return face().title();
    }

    /**
     * The path of the page that explains this problem, for instance {@code /docs/errors/billing/insufficient-credits}.
     */
    public String page() {
        return page(getClass());
    }

    /** The path of the page of a kind of problem: its room is the last part of its package, or named by the code. */
    public static String page(Class<?> kind) {
        ProblemCode face = Objects.requireNonNull(kind.getAnnotation(ProblemCode.class), kind.getName());
        String pack = kind.getPackageName();
        String room = face.pageOf().isEmpty() ? pack.substring(pack.lastIndexOf('.') + 1) : face.pageOf();
        return "/docs/errors/" + room + "/"
                + face.value().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private ProblemCode face() {
        return Objects.requireNonNull(
                getClass().getAnnotation(ProblemCode.class), () -> getClass() + " has no @ProblemCode");
    }
}
