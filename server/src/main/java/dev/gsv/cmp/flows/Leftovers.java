package dev.gsv.cmp.flows;

import dev.gsv.cmp.catalog.Versions;
import dev.gsv.cmp.kit.KitProblem;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/**
 * Flows in the storage that no version has: an import wrote one and ended before its row, or the offering was deleted.
 * Only what an import writes is looked at; whatever else lies there is not ours to remove.
 */
@Service
class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    /** Longer than any import takes, and long enough to find a flow again that was lost by mistake. */
    static final Duration GRACE = Duration.ofDays(7);

    static final int PORTION = 500;
    /** Portions of one sweep; the next one goes on where this one stopped. */
    static final int MAX_PORTIONS = 20;

    private static final String ID = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";
    private static final Pattern OURS = Pattern.compile(Artifacts.FLOWS + ID + "/" + ID + "/flow\\.json");

    private final Artifacts artifacts;
    private final Versions versions;
    private final Clock clock;
    private final MeterRegistry meters;
    /** Where the last sweep of this node stopped; empty at the beginning. */
    private volatile String place = "";

    Leftovers(Artifacts artifacts, Versions versions, Clock clock, MeterRegistry meters) {
        this.artifacts = artifacts;
        this.versions = versions;
        this.clock = clock;
        this.meters = meters;
    }

    /** Removes a bounded number of them. Returns how many. */
    int sweep() {
        int removed = 0;
        String after = place;
        try {
            for (int portion = 0; portion < MAX_PORTIONS; portion++) {
                List<Artifacts.Listed> listed = artifacts.list(after, PORTION);
                removed += sweep(listed);
                after = listed.size() < PORTION ? "" : listed.getLast().key();
                if (after.isEmpty()) {
                    break;
                }
            }
        } catch (KitProblem.Unavailable e) {
            LOG.warn("The sweep of leftover flows ends early: the storage does not answer");
        }
        place = after;
        if (removed > 0) {
            LOG.info("{} flows that no version has were removed", removed);
            meters.counter("cmp.artifacts.swept").increment(removed);
        }
        return removed;
    }

    private int sweep(List<Artifacts.Listed> listed) {
        Instant before = clock.instant().minus(GRACE);
        List<String> old = listed.stream()
                .filter(object -> object.writtenAt().isBefore(before))
                .map(Artifacts.Listed::key)
                .filter(key -> OURS.matcher(key).matches())
                .toList();
        if (old.isEmpty()) {
            return 0;
        }
        List<UUID> offerings = old.stream().map(Leftovers::offering).distinct().toList();
        Set<String> used = versions.artifacts(offerings);
        List<String> leftover = old.stream().filter(key -> !used.contains(key)).toList();
        leftover.forEach(artifacts::remove);
        return leftover.size();
    }

    private static UUID offering(String key) {
        return UUID.fromString(key.substring(Artifacts.FLOWS.length(), key.indexOf('/', Artifacts.FLOWS.length())));
    }
}
