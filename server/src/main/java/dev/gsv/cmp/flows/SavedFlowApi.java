package dev.gsv.cmp.flows;

import static dev.gsv.cmp.orgs.Need.ADMIN;
import static dev.gsv.cmp.orgs.Need.VIEWER;

import dev.gsv.cmp.kit.Answer;
import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.Idempotency;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.kit.Sent;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The seller's drawer of flows over HTTP. */
@RestController
@RequestMapping("/api/v1/flows")
class SavedFlowApi {
    private static final int MAX_NAME = 255;

    /**
     * A flow for the drawer.
     *
     * @param flowJson the export: its JSON object, or its text
     * @param orgId whose drawer; absent is the organization of the offering, else the caller's first
     * @param flowName which one, of a file with several
     */
    record Body(
            @Nullable String name,
            @Nullable JsonNode flowJson,
            @Nullable UUID offeringId,
            @Nullable UUID orgId,
            @Nullable String flowName) {}

    private final SavedFlows flows;
    private final Orgs orgs;
    private final Idempotency idempotency;

    SavedFlowApi(SavedFlows flows, Orgs orgs, Idempotency idempotency) {
        this.flows = flows;
        this.orgs = orgs;
        this.idempotency = idempotency;
    }

    @GetMapping
    @Needs(VIEWER)
    Page<SavedFlow> list(
            Caller caller,
            @RequestParam(name = "org_id") @Nullable UUID org,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        return flows.list(organization(caller, org), Page.Slice.of(limit, offset));
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.CREATED)
    @Needs(ADMIN)
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Body.class)))
    ResponseEntity<SavedFlow> add(Caller caller, Call call, Sent sent) {
        FlowRequest<Body> request = FlowRequest.read(sent, Body.class);
        Body body = request.body();
        OrgId org = organization(caller, body.orgId());
        String name = name(body.name());
        FlowReport report = request.checked(body.flowName());
        return idempotency.once(
                org.toString(),
                "flows.save",
                call,
                Idempotency.Keep.TWO_DAYS,
                () -> Answer.created(flows.add(org, name, body.offeringId(), report)));
    }

    @GetMapping("/{flow_id}")
    @Needs(VIEWER)
    SavedFlow get(Caller caller, @PathVariable("flow_id") UUID flow) {
        return flows.find(caller, flow);
    }

    @PatchMapping(path = "/{flow_id}", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Needs(ADMIN)
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Body.class)))
    SavedFlow change(Caller caller, @PathVariable("flow_id") UUID id, Sent sent) {
        OrgId org = flows.enter(caller, id);
        SavedFlow now = flows.find(caller, id);
        FlowRequest<ObjectNode> request = FlowRequest.read(sent, ObjectNode.class);
        Body body = sent.read(request.body().toString().getBytes(java.nio.charset.StandardCharsets.UTF_8), Body.class);
        boolean moved = request.body().has("offering_id") || request.body().has("offeringId");
        boolean named = request.body().has("name");
        return flows.change(
                org,
                id,
                named ? name(body.name()) : now.name(),
                moved ? body.offeringId() : now.offeringId(),
                request.sent().isPresent() ? request.checked(body.flowName()) : null);
    }

    @DeleteMapping("/{flow_id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Needs(ADMIN)
    void delete(Caller caller, @PathVariable("flow_id") UUID flow) {
        flows.delete(flows.enter(caller, flow), flow);
    }

    private OrgId organization(Caller caller, @Nullable UUID org) {
        return orgs.enter(caller, org == null ? orgs.first(caller).value() : org)
                .org();
    }

    private static String name(@Nullable String name) {
        Findings findings = new Findings();
        String checked = findings.name("name", name, MAX_NAME);
        findings.refuse();
        return checked;
    }
}
