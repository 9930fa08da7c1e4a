package dev.gsv.cmp.access;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.gsv.cmp.instances.Instance;
import dev.gsv.cmp.instances.InstanceState;
import dev.gsv.cmp.instances.InstanceTerminated;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.OrgsProblem;
import dev.gsv.cmp.orgs.Scope;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * API keys: a program's right to one instance (section 3.3 of the control plane contract, decision C-12). A key is kept
 * as a hash and looked up on every call, so that revoking it counts at once on every node.
 */
@Service
public class ApiKeys {

    /** Of one instance at a time. */
    public static final int MAX_ACTIVE = 50;

    public static final int MAX_LIFETIME_DAYS = 5 * 365;
    static final int MAX_SCOPES = 20;
    /** More than anybody makes; revoked ones stay in the list. */
    static final int MAX_LISTED = 200;

    /** A use is noted at most this often: not every run writes a row. */
    static final Duration BETWEEN_USES = Duration.ofMinutes(1);

    static final String SIGNED = "ar_sk_live_";
    static final String OPAQUE = "cmp_sk_";

    private static final Logger log = LoggerFactory.getLogger(ApiKeys.class);
    private static final int MAX_NAME = 255;
    private static final int MAX_KEY_LENGTH = 8 * 1024;
    private static final int PREFIX_LENGTH = 12;
    private static final int LAST_LENGTH = 4;
    private static final int RANDOM_BYTES = 32;

    private final ApiKeyStore store;
    private final AgentTokens signed;
    private final AccessSettings settings;
    private final Instances instances;
    private final Ids ids;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    ApiKeys(ApiKeyStore store, AgentTokens signed, AccessSettings settings, Instances instances, Ids ids, Clock clock) {
        this.store = store;
        this.signed = signed;
        this.settings = settings;
        this.instances = instances;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Creates a key; the answer holds it, and nothing else ever will.
     *
     * @param by subject of who creates it
     * @throws KitProblem.InvalidState when the instance is terminated
     * @throws OrgsProblem.LimitReached when the instance has {@value #MAX_ACTIVE} active keys
     */
    @Transactional
    public ApiKey.Shown create(OrgId org, UUID instance, String by, ApiKey.Wish wish) {
        Instance held = instances.hold(org, instance, null);
        if (held.state() == InstanceState.TERMINATED) {
            throw new KitProblem.InvalidState("The instance is terminated: it gets no new keys.");
        }
        UUID project = held.projectId();
        Instant now = clock.instant();
        UUID id = ids.next();
        String name = name(wish.name());
        List<String> scopes = scopes(wish.scopes());
        Instant expiresAt = expiry(wish.expiresAt(), now);
        ApiKey.Format format = wish.format() == null ? ApiKey.Format.JWT : wish.format();
        String key = switch (format) {
            case JWT -> SIGNED + signed.sign(org, id, project, instance, scopes, expiresAt);
            case OPAQUE -> OPAQUE + unguessable();
        };
        String prefix = key.substring(0, PREFIX_LENGTH);
        String last4 = key.substring(key.length() - LAST_LENGTH);
        ApiKeyStore.NewRow row = new ApiKeyStore.NewRow(
                id, instance, project, name, format, hash(key), prefix, last4, scopes, by, expiresAt);
        if (!store.insert(org, row, MAX_ACTIVE, now)) {
            throw new OrgsProblem.LimitReached("active API keys of one instance", MAX_ACTIVE);
        }
        ApiKey made = find(org, instance, id);
        return new ApiKey.Shown(
                id, instance, name, key, prefix, last4, scopes, made.expiresAt(), true, made.createdAt());
    }

    private String unguessable() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String name(@Nullable String name) {
        if (name == null
                || name.isBlank()
                || name.codePointCount(0, name.length()) > MAX_NAME
                || name.codePoints()
                        .anyMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE)) {
            throw new KitProblem.Invalid("name", "must have 1 to " + MAX_NAME + " characters");
        }
        return name.strip();
    }

    /** @throws KitProblem.Meaningless naming every scope that there is not (422) */
    private static List<String> scopes(@Nullable List<String> wanted) {
        if (wanted == null || wanted.isEmpty()) {
            return Scope.all();
        }
        if (wanted.size() > MAX_SCOPES) {
            throw new KitProblem.Invalid("scopes", "must be at most " + MAX_SCOPES);
        }
        List<Problem.Detail> unknown = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            String name = wanted.get(i);
            if (name == null || Scope.of(name).isEmpty()) {
                unknown.add(new Problem.Detail("scopes[" + i + "]", "is not a scope; there are " + Scope.listed()));
            }
        }
        if (!unknown.isEmpty()) {
            throw new KitProblem.Meaningless("A key cannot have a scope that does not exist.", unknown);
        }
        return wanted.stream().distinct().toList();
    }

    private Instant expiry(@Nullable Instant wanted, Instant now) {
        if (wanted == null) {
            return now.plus(Duration.ofDays(settings.agentKeys().defaultExpiryDays()))
                    .truncatedTo(ChronoUnit.SECONDS);
        }
        if (!wanted.isAfter(now)) {
            throw new KitProblem.Invalid("expires_at", "must be in the future");
        }
        if (wanted.isAfter(now.plus(Duration.ofDays(MAX_LIFETIME_DAYS)))) {
            throw new KitProblem.Invalid("expires_at", "must be within " + MAX_LIFETIME_DAYS + " days");
        }
        return wanted.truncatedTo(ChronoUnit.SECONDS);
    }

    /** The keys of an instance, newest first; revoked and expired ones as well. */
    public List<ApiKey> list(OrgId org, UUID instance) {
        return store.list(org, instance, clock.instant(), MAX_LISTED);
    }

    /** @throws KitProblem.NotFound also for the key of another instance */
    public ApiKey find(OrgId org, UUID instance, UUID id) {
        return store.find(org, instance, id, clock.instant()).orElseThrow(() -> new KitProblem.NotFound("API key"));
    }

    /** Ends a key; repeating it changes nothing. */
    @Transactional
    public ApiKey revoke(OrgId org, UUID instance, UUID id) {
        store.revoke(org, instance, id, clock.instant());
        return find(org, instance, id);
    }

    /** With an instance end its keys, in the same transaction. */
    @EventListener
    void end(InstanceTerminated event) {
        store.revokeAll(event.org(), event.instance(), clock.instant());
    }

    static boolean looksLike(String credential) {
        return credential.startsWith("ar_sk_") || credential.startsWith(OPAQUE);
    }

    /**
     * What a presented key is a right to. Never says why one is refused.
     *
     * @throws AccessProblem.InvalidCredential when it is unknown, revoked, expired or forged
     */
    public Caller.Key prove(String key) {
        Instant now = clock.instant();
        if (key.length() > MAX_KEY_LENGTH) {
            throw refused("too long");
        }
        // A forged signature costs no look into the database.
        Optional<JWTClaimsSet> claims = Optional.empty();
        if (!key.startsWith(OPAQUE)) {
            claims = key.startsWith(SIGNED) ? signed.read(key.substring(SIGNED.length())) : Optional.empty();
            if (claims.isEmpty()) {
                throw refused("its claims do not hold");
            }
        }
        ApiKeyStore.Right right = store.right(hash(key), now).orElseThrow(() -> refused("unknown, revoked or expired"));
        if (claims.isPresent() && !AgentTokens.fit(claims.get(), right)) {
            throw refused("its claims are not those of the stored key");
        }
        Instant since = now.minus(BETWEEN_USES);
        if (right.lastUsedAt() == null || !right.lastUsedAt().isAfter(since)) {
            store.used(right.org(), right.id(), now, since);
        }
        return new Caller.Key(right.id(), right.org(), right.instance(), Set.copyOf(right.scopes()));
    }

    private static String hash(String key) {
        return Json.sha256(key.getBytes(StandardCharsets.UTF_8));
    }

    private static AccessProblem.InvalidCredential refused(String reason) {
        log.info("API key refused: {}", reason);
        return new AccessProblem.InvalidCredential();
    }
}
