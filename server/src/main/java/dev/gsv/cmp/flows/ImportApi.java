package dev.gsv.cmp.flows;

import static dev.gsv.cmp.orgs.Need.ADMIN;

import dev.gsv.cmp.catalog.Kind;
import dev.gsv.cmp.catalog.NewOffering;
import dev.gsv.cmp.catalog.NewVersion;
import dev.gsv.cmp.catalog.Offerings;
import dev.gsv.cmp.catalog.Version;
import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Sent;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** How a seller's flow comes in over HTTP (section 7.2 of the control plane contract). */
@RestController
@RequestMapping(path = "/api/v1")
class ImportApi {

    /**
     * A flow that becomes a new offering.
     *
     * @param flowJson the export: its JSON object, or its text
     * @param flowName which one, of a file with several
     */
    record ImportBody(
            @Nullable JsonNode flowJson,
            @Nullable String name,
            @Nullable String description,
            @Nullable Kind category,
            @Nullable UUID providerUuid,
            @Nullable String versionLabel,
            @Nullable String flowName) {

        NewOffering offering() {
            Findings findings = new Findings();
            findings.name("name", name, 255);
            findings.required("category", category, Kind.AGENT);
            findings.refuse();
            return NewOffering.named(name == null ? "" : name, category == null ? Kind.AGENT : category, description);
        }

        UUID provider() {
            if (providerUuid == null) {
                throw new KitProblem.Invalid("provider_uuid", "is required");
            }
            return providerUuid;
        }
    }

    /** A flow for an offering that exists. */
    record FlowBody(
            @Nullable JsonNode flowJson,
            @Nullable String versionLabel,
            @Nullable String flowName) {}

    /** Where an artifact is kept, and its hash. */
    record ArtifactBody(@Nullable String s3Key, @Nullable String sha256) {}

    /** A version whose artifact is stored already. */
    record VersionBody(
            @Nullable String versionLabel,
            @Nullable ArtifactBody artifact,
            @Nullable List<String> capabilities,
            @Nullable JsonNode defaults,
            @Nullable JsonNode configSchema) {}

    /** What an import made. {@code agent_uuid} is the offering under its older name. */
    record Imported(
            UUID offeringUuid,
            UUID agentUuid,
            String status,
            UUID versionId,
            String versionLabel,
            String sha256,
            String runtime,
            boolean valid,
            List<Finding> findings,
            List<Variable> variables) {}

    /**
     * What the check of a flow says.
     *
     * @param valid nothing stops its publication on this platform's own engine
     * @param runtime what can execute it
     * @param sha256 of the flow's bytes as they were sent
     * @param shape what was derived; null when there is no flow to derive it from
     */
    record Checked(
            boolean valid,
            String runtime,
            String sha256,
            @Nullable Shape shape,
            List<Finding> findings,
            List<Variable> variables) {
        static Checked of(FlowReport report) {
            return new Checked(
                    report.valid(),
                    report.runtime(),
                    report.sha256(),
                    report.shape().orElse(null),
                    report.findings(),
                    report.variables());
        }
    }

    private final Imports imports;
    private final Offerings offerings;
    private final Orgs orgs;

    ImportApi(Imports imports, Offerings offerings, Orgs orgs) {
        this.imports = imports;
        this.offerings = offerings;
        this.orgs = orgs;
    }

    @PostMapping(path = "/flows/import", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.CREATED)
    @Needs(ADMIN)
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = ImportBody.class)))
    ResponseEntity<Imported> importFlow(Caller caller, Call call, Sent sent) {
        FlowRequest<ImportBody> request = FlowRequest.read(sent, ImportBody.class);
        ImportBody body = request.body();
        OrgId provider = orgs.enter(caller, body.provider()).org();
        NewOffering wanted = body.offering();
        String label = label(body.versionLabel());
        return imports.importFlow(provider, call, wanted, label, request.checked(body.flowName()), ImportApi::answer);
    }

    private static Imported answer(Imports.Imported made) {
        UUID offering = made.offering().id();
        FlowReport report = made.report();
        return new Imported(
                offering,
                offering,
                "created",
                made.version().id(),
                made.version().versionLabel(),
                made.version().artifactSha256(),
                report.runtime(),
                report.valid(),
                report.findings(),
                report.variables());
    }

    @PostMapping(path = "/offerings/{offering_id}/validate_flow", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Needs(ADMIN)
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = FlowBody.class)))
    Checked validate(Caller caller, @PathVariable("offering_id") String offering, Sent sent) {
        Offerings.Own own = offerings.enter(caller, offering);
        FlowRequest<FlowBody> request = FlowRequest.read(sent, FlowBody.class);
        return Checked.of(
                imports.compared(own.offering(), request.checked(request.body().flowName())));
    }

    @PostMapping(path = "/offerings/{offering_id}/import_flow", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.CREATED)
    @Needs(ADMIN)
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = FlowBody.class)))
    ResponseEntity<Version> importVersion(
            Caller caller, Call call, @PathVariable("offering_id") String offering, Sent sent) {
        Offerings.Own own = offerings.enter(caller, offering);
        FlowRequest<FlowBody> request = FlowRequest.read(sent, FlowBody.class);
        FlowBody body = request.body();
        return imports.importVersion(own, call, label(body.versionLabel()), request.checked(body.flowName()));
    }

    @PostMapping("/offerings/{offering_id}/versions")
    @ResponseStatus(HttpStatus.CREATED)
    @Needs(ADMIN)
    ResponseEntity<Version> addVersion(
            Caller caller,
            Call call,
            @PathVariable("offering_id") String offering,
            @org.springframework.web.bind.annotation.RequestBody VersionBody body) {
        Offerings.Own own = offerings.enter(caller, offering);
        Findings findings = new Findings();
        String label = findings.name("version_label", body.versionLabel(), NewVersion.MAX_LABEL);
        ArtifactBody artifact = findings.required("artifact", body.artifact(), new ArtifactBody("", ""));
        String key = findings.name("artifact.s3_key", artifact.s3Key(), Artifacts.MAX_KEY);
        String sha256 = findings.name("artifact.sha256", artifact.sha256(), Artifacts.SHA256_DIGITS);
        if (!sha256.matches("[0-9a-f]{64}")) {
            findings.shape("artifact.sha256", "must be 64 lower-case hex digits");
        }
        findings.refuse();
        return imports.addVersion(
                own, call, label, key, sha256, body.capabilities(), body.defaults(), body.configSchema());
    }

    private static @Nullable String label(@Nullable String label) {
        Findings findings = new Findings();
        String checked = findings.optional("version_label", label, NewVersion.MAX_LABEL);
        findings.refuse();
        return checked;
    }
}
