package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Answer;
import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.Orgs;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** What the operator's calls share: the place that they mean, a key that works once, and the version that was seen. */
@Component
class Desk {

    static final String BASE = "/api/v1/admin/control-plane";
    static final String OK = "ok";

    private final QuotaSettings settings;
    private final Orgs orgs;
    private final Idempotency idempotency;

    Desk(QuotaSettings settings, Orgs orgs, Idempotency idempotency) {
        this.settings = settings;
        this.orgs = orgs;
        this.idempotency = idempotency;
    }

    /** The place of the query; without one, that of the installation. */
    Place place(@Nullable String tenant, @Nullable String project) {
        Place named = named(tenant, project);
        if (installation(named)) {
            return named;
        }
        return orgs.spot(named.tenant(), named.project())
                .map(spot -> new Place(
                        spot.org().toString(),
                        spot.project() == null
                                ? named.project()
                                : spot.project().toString()))
                .orElse(named);
    }

    /** The same as it was named, to be shown. */
    Place named(@Nullable String tenant, @Nullable String project) {
        Place own = settings.installation();
        return new Place(
                tenant == null ? own.tenant() : Given.id("tenant", tenant),
                project == null ? own.project() : Given.id("project", project));
    }

    boolean installation(Place place) {
        return place.equals(settings.installation());
    }

    <T> ResponseEntity<T> once(Call call, String operation, Supplier<T> effect) {
        return idempotency.once(
                "quotas", operation, call, Idempotency.Keep.TWO_DAYS, () -> Answer.created(effect.get()));
    }

    /** The same for something with a version, which becomes its ETag. */
    <R, T> ResponseEntity<T> once(
            Call call, String operation, Supplier<R> effect, Function<R, T> shown, Function<R, Long> version) {
        AtomicReference<@Nullable Long> made = new AtomicReference<>();
        ResponseEntity<T> answer = once(call, operation, () -> {
            R result = effect.get();
            made.set(version.apply(result));
            return shown.apply(result);
        });
        Long number = made.get();
        return number == null
                ? answer
                : ResponseEntity.status(answer.getStatusCode())
                        .headers(answer.getHeaders())
                        .eTag(etag(number))
                        .body(answer.getBody());
    }

    static String etag(long version) {
        return "\"" + version + "\"";
    }

    static <T> ResponseEntity<T> tagged(long version, T body) {
        return ResponseEntity.ok().eTag(etag(version)).body(body);
    }

    /** The version of {@code If-Match}; null for none and for an asterisk. */
    static @Nullable Long seen(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.strip().equals("*")) {
            return null;
        }
        try {
            return Long.valueOf(ifMatch.strip().replaceAll("^(?:W/)?\"(\\d{1,18})\"$", "$1"));
        } catch (NumberFormatException e) {
            throw new KitProblem.Invalid("If-Match", "is no ETag of ours");
        }
    }
}
