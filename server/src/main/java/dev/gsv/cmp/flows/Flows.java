package dev.gsv.cmp.flows;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.springframework.stereotype.Service;

/** Stored flows, ready to run. A flow is checked against its hash before each run, whether it is read anew or not. */
@Service
public class Flows {
    /** How many bytes of flow files may be kept as graphs; in memory a graph takes about eight times as much. */
    static final long MAX_CACHED_BYTES = 12L * 1024 * 1024;

    private record Kept(Flow flow, int bytes) {}

    private final Artifacts artifacts;
    /** By the hash: equal bytes are the same flow, whoever sells it. */
    private final Cache<String, Kept> kept = Caffeine.newBuilder()
            .maximumWeight(MAX_CACHED_BYTES)
            .weigher((String sha256, Kept flow) -> flow.bytes())
            .build();

    Flows(Artifacts artifacts) {
        this.artifacts = artifacts;
    }

    /**
     * The flow of a version.
     *
     * @throws FlowsProblem.ArtifactMismatch when the stored bytes are not those of the hash: nothing may run (500)
     * @throws FlowsProblem.ArtifactMissing when there are none (500)
     * @throws dev.gsv.cmp.kit.KitProblem.Unavailable when the storage does not answer (503)
     */
    public Flow load(String key, String sha256) {
        Kept cached = kept.getIfPresent(sha256);
        if (cached != null) {
            artifacts.verify(key, sha256);
            return cached.flow();
        }
        byte[] bytes = artifacts.read(key, sha256);
        Flow flow = Flow.read(bytes);
        kept.put(sha256, new Kept(flow, bytes.length));
        return flow;
    }
}
