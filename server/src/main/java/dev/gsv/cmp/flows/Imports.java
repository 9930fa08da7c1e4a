package dev.gsv.cmp.flows;

import dev.gsv.cmp.catalog.NewOffering;
import dev.gsv.cmp.catalog.NewVersion;
import dev.gsv.cmp.catalog.Offering;
import dev.gsv.cmp.catalog.Offerings;
import dev.gsv.cmp.catalog.Version;
import dev.gsv.cmp.catalog.Versions;
import dev.gsv.cmp.kit.Answer;
import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.orgs.OrgId;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * From a seller's file to a version that can be published. The object is written first and the row second, never both
 * in one transaction: a row always has its object, an object without a row is nobody's and harms nobody.
 */
@Service
public class Imports {
    private static final Logger LOG = LoggerFactory.getLogger(Imports.class);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

    /** A new offering and its first version. */
    public record Imported(Offering offering, Version version, FlowReport report) {}

    private final Artifacts artifacts;
    private final Offerings offerings;
    private final Versions versions;
    private final Idempotency idempotency;
    private final Ids ids;
    private final JsonMapper mapper;

    Imports(
            Artifacts artifacts,
            Offerings offerings,
            Versions versions,
            Idempotency idempotency,
            Ids ids,
            JsonMapper mapper) {
        this.artifacts = artifacts;
        this.offerings = offerings;
        this.versions = versions;
        this.idempotency = idempotency;
        this.ids = ids;
        this.mapper = mapper;
    }

    /**
     * Makes an offering with a first draft of a flow.
     *
     * @throws FlowsProblem.Refused with all findings when the flow has errors: nothing is stored (422)
     * @throws FlowsProblem.HoldsSecret when it holds a raw secret: nothing is stored (422)
     */
    public Imported importFlow(OrgId provider, NewOffering wanted, @Nullable String label, FlowReport report) {
        UUID offering = ids.next();
        UUID version = ids.next();
        refuse(report);
        Artifacts.Stored stored = artifacts.put(Artifacts.flowKey(offering, version), report.bytes());
        return create(provider, offering, version, wanted, label, report, stored);
    }

    /** {@link #importFlow} for a call that may be repeated. */
    <T> ResponseEntity<T> importFlow(
            OrgId provider,
            Call call,
            NewOffering wanted,
            @Nullable String label,
            FlowReport report,
            Function<Imported, T> answer) {
        UUID offering = ids.next();
        UUID version = ids.next();
        String key = Artifacts.flowKey(offering, version);
        return stored(
                provider,
                "flows.import",
                call,
                report,
                key,
                stored -> Answer.created(
                        answer.apply(create(provider, offering, version, wanted, label, report, stored))));
    }

    private Imported create(
            OrgId provider,
            UUID offering,
            UUID version,
            NewOffering wanted,
            @Nullable String label,
            FlowReport report,
            Artifacts.Stored stored) {
        offerings.createUnderFreeSlug(provider, offering, wanted);
        Version made =
                versions.addVersion(provider, offering, draft(version, label == null ? "v1" : label, report, stored));
        return new Imported(offerings.offering(offering), made, report);
    }

    /** Adds a draft to an offering. Without a label it gets the next free one. */
    ResponseEntity<Version> importVersion(Offerings.Own own, Call call, @Nullable String label, FlowReport checked) {
        OrgId provider = own.seller().org();
        FlowReport report = compared(own.offering(), checked);
        UUID version = ids.next();
        String key = Artifacts.flowKey(own.offering(), version);
        return stored(provider, "flows.version", call, report, key, stored -> {
            String named = label == null ? nextLabel(own.offering()) : label;
            return Answer.created(versions.addVersion(provider, own.offering(), draft(version, named, report, stored)));
        });
    }

    /**
     * Adds a draft whose artifact is stored already.
     *
     * @param capabilities null takes what the flow itself shows
     */
    ResponseEntity<Version> addVersion(
            Offerings.Own own,
            Call call,
            String label,
            String key,
            String sha256,
            @Nullable List<String> capabilities,
            @Nullable JsonNode defaults,
            @Nullable JsonNode configSchema) {
        OrgId provider = own.seller().org();
        // A key outside of the offering would let a seller run what another one stored.
        Artifacts.checked(key);
        FlowReport report = inspected(own.offering(), key, sha256);
        return idempotency.once(provider.toString(), "versions.add", call, Idempotency.Keep.TWO_DAYS, () -> {
            if (report == null) {
                throw new KitProblem.Meaningless(
                        "There is no such artifact.",
                        List.of(new Problem.Detail(
                                "artifact", "no flow with this hash is stored under this key for this offering")));
            }
            refuse(report);
            NewVersion draft = draft(null, label, report, new Artifacts.Stored(key, sha256, report.bytes().length));
            return Answer.created(versions.addVersion(
                    provider,
                    own.offering(),
                    new NewVersion(
                            label,
                            key,
                            sha256,
                            report.bytes().length,
                            capabilities == null ? draft.capabilities() : capabilities,
                            defaults == null ? draft.defaults() : defaults,
                            configSchema,
                            draft.checked())));
        });
    }

    private @Nullable FlowReport inspected(UUID offering, String key, String sha256) {
        if (!key.startsWith(Artifacts.prefix(offering))) {
            return null;
        }
        try {
            return FlowCheck.check(artifacts.read(key, sha256));
        } catch (FlowsProblem.ArtifactMissing | FlowsProblem.ArtifactMismatch e) {
            return null;
        }
    }

    /** The check, and how the flow differs from the one before it. */
    FlowReport compared(UUID offering, FlowReport report) {
        List<Version> before = offerings.offering(offering).versions();
        if (report.flow().isEmpty() || before == null || before.isEmpty()) {
            return report;
        }
        Version last = before.getFirst();
        String key = last.artifactS3Key();
        if (key == null) {
            return report;
        }
        try {
            int had = Flow.read(artifacts.read(key, last.artifactSha256()))
                    .edges()
                    .size();
            int has = report.flow().get().edges().size();
            return has >= had
                    ? report
                    : report.with(Finding.file(
                            Finding.Severity.WARNING,
                            Finding.Code.FEWER_EDGES,
                            "The flow has " + has + " edges; the version before it has " + had + ".",
                            "Langflow can drop edges when components are updated: compare both in the editor."));
        } catch (FlowsProblem | FlowUnreadable e) {
            LOG.warn("the version {} cannot be compared with its successor: {}", last.id(), e.getMessage());
            return report;
        }
    }

    private String nextLabel(UUID offering) {
        List<Version> before = offerings.offering(offering).versions();
        List<String> taken = before == null
                ? List.of()
                : before.stream().map(Version::versionLabel).toList();
        int number = taken.size() + 1;
        while (taken.contains("v" + number)) {
            number++;
        }
        return "v" + number;
    }

    private NewVersion draft(@Nullable UUID id, String label, FlowReport report, Artifacts.Stored stored) {
        Shape shape = report.shape().orElseThrow();
        return new NewVersion(
                id,
                label,
                stored.key(),
                stored.sha256(),
                stored.bytes(),
                shape.capabilities(),
                shape.defaults(),
                shape.configSchema(),
                new NewVersion.Checked(report.storable(), report.runtime(), mapper.valueToTree(report.findings())));
    }

    /** Stores the object, then runs the effect once for the key of the call; a refusal is an answer as well. */
    private <T> ResponseEntity<T> stored(
            OrgId provider,
            String operation,
            Call call,
            FlowReport report,
            String artifactKey,
            Function<Artifacts.Stored, Answer<T>> effect) {
        Artifacts.@Nullable Stored stored = report.storable() && !answered(provider, operation, call)
                ? artifacts.put(artifactKey, report.bytes())
                : null;
        return idempotency.once(provider.toString(), operation, call, Idempotency.Keep.TWO_DAYS, () -> {
            refuse(report);
            if (stored == null) {
                // The answer that was there a moment ago has expired meanwhile.
                throw new KitProblem.Unavailable("Send the request again.", TRY_AGAIN);
            }
            return effect.apply(stored);
        });
    }

    /** Whether the key of the call has its answer already, so that nothing needs to be written for it. */
    private boolean answered(OrgId provider, String operation, Call call) {
        return call.key()
                .map(key -> idempotency.look(provider.toString(), operation, key, call.hash()))
                .filter(claim ->
                        claim instanceof Idempotency.Claim.Stored || claim instanceof Idempotency.Claim.Mismatch)
                .isPresent();
    }

    /** Throws what keeps a flow from being stored, with all its errors. */
    static void refuse(FlowReport report) {
        if (report.storable()) {
            return;
        }
        List<Problem.Detail> errors = report.findings().stream()
                .filter(Finding::error)
                .map(Imports::detail)
                .toList();
        throw report.holdsSecret() ? new FlowsProblem.HoldsSecret(errors) : new FlowsProblem.Refused(errors);
    }

    private static Problem.Detail detail(Finding finding) {
        String node = finding.node() == null ? "flow_json" : finding.node();
        String field = finding.field();
        return new Problem.Detail(field == null ? node : node + "." + field, finding.message() + " " + finding.fix());
    }
}
