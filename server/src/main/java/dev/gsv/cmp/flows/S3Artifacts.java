package dev.gsv.cmp.flows;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.KitProblem;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Artifacts in an object store. An object is written only if its key is free; whatever a store makes of that condition,
 * what is there afterwards is read back and compared.
 *
 * <p>Before each run the object's tag is asked for, at most once in {@link #BELIEVED_FOR}; another tag than that of the
 * last verified read has the object hashed again. While the store does not answer, flows whose verified bytes are in
 * memory go on: they cannot have changed there.
 */
final class S3Artifacts implements Artifacts {
    private static final Logger LOG = LoggerFactory.getLogger(S3Artifacts.class);

    /** How long a tag is believed without asking again; so many runs may share one question to the store. */
    static final Duration BELIEVED_FOR = Duration.ofSeconds(30);

    private static final int MAX_REMEMBERED = 10_000;

    private record Look(String sha256, S3ArtifactsClient.Tag tag, Instant at) {}

    private final S3ArtifactsClient client;
    private final Clock clock;
    private final Cache<String, Look> verified =
            Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).build();

    S3Artifacts(S3ArtifactsClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    @Override
    public Stored put(String key, byte[] bytes) {
        String sha256 = Json.sha256(bytes);
        // Asked first: a store that does not know the condition would overwrite.
        if (client.tag(Artifacts.checked(key)).isEmpty()) {
            client.create(key, bytes);
        }
        byte[] there =
                client.get(key).orElseThrow(FlowsProblem.ArtifactMissing::new).bytes();
        if (!Json.sha256(there).equals(sha256)) {
            throw new FlowsProblem.ArtifactTaken();
        }
        return new Stored(key, sha256, bytes.length);
    }

    @Override
    public byte[] read(String key, String sha256) {
        S3ArtifactsClient.Got got = client.get(Artifacts.checked(key)).orElseThrow(FlowsProblem.ArtifactMissing::new);
        if (!Json.sha256(got.bytes()).equals(sha256)) {
            verified.invalidate(key);
            LOG.error("the artifact {} does not have the hash of its version", key);
            throw new FlowsProblem.ArtifactMismatch();
        }
        verified.put(key, new Look(sha256, got.tag(), clock.instant()));
        return got.bytes();
    }

    @Override
    public void verify(String key, String sha256) {
        Look last = verified.getIfPresent(key);
        if (last == null || !last.sha256().equals(sha256)) {
            read(key, sha256);
            return;
        }
        if (clock.instant().isBefore(last.at().plus(BELIEVED_FOR))) {
            return;
        }
        try {
            S3ArtifactsClient.Tag tag =
                    client.tag(Artifacts.checked(key)).orElseThrow(FlowsProblem.ArtifactMissing::new);
            if (tag.equals(last.tag())) {
                verified.put(key, new Look(sha256, tag, clock.instant()));
            } else {
                read(key, sha256);
            }
        } catch (KitProblem.Unavailable e) {
            LOG.warn("the object store does not answer; {} runs from its verified copy in memory", key);
        }
    }

    @Override
    public List<Listed> list(String after, int atMost) {
        return client.list(FLOWS, after, atMost);
    }

    @Override
    public void remove(String key) {
        client.remove(Artifacts.checked(key));
        verified.invalidate(key);
    }
}
