package dev.gsv.cmp.flows;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.catalog.Version;
import dev.gsv.cmp.catalog.Versions;
import java.util.Map;
import java.util.UUID;

/** A person with an organization of their own who brings flows; for tests over HTTP. */
public record Seller(Harness harness, Signed person, String org) {

    public static Seller open() {
        return open(Harness.shared());
    }

    public static Seller open(Harness harness) {
        Signed person = Signed.in(harness);
        return new Seller(harness, person, person.organization());
    }

    public Api api() {
        return person.api();
    }

    /** The body of an import; the flow is put in as it is, so that tests decide about each byte. */
    String body(String flow) {
        return "{\"name\":\"" + Harness.unique("Helper") + "\",\"description\":\"helps\",\"category\":\"agents\","
                + "\"provider_uuid\":\"" + org + "\",\"flow_json\": " + flow + " }";
    }

    Api.Reply imports(String flow) {
        return api().post("/api/v1/flows/import", body(flow));
    }

    /** A new offering with a sound flow; returns its id. */
    public String offering() {
        return imports(Graph.chat("gpt-4o").json().toString()).expect(201).at("/offering_uuid");
    }

    /** What the catalogue keeps of a version. */
    Version version(String id) {
        return harness.bean(Versions.class).version(UUID.fromString(id));
    }

    /** The bytes that are stored for a version. */
    byte[] stored(String version) {
        Version kept = version(version);
        return harness.bean(Artifacts.class).read(String.valueOf(kept.artifactS3Key()), kept.artifactSha256());
    }

    /** An active instance of an offering in another organization, bought over HTTP; returns its id. */
    public Bought sell(String offering) {
        return sell(offering, Map.of());
    }

    /** {@link #sell(String)} under a plan of these limits. */
    public Bought sell(String offering, Map<String, Object> limits) {
        String plan = api().post(
                        "/api/v1/offerings/" + offering + "/plans",
                        Map.of(
                                "name",
                                Harness.unique("Free"),
                                "billing_period",
                                "monthly",
                                "price_credits",
                                0,
                                "limits",
                                limits))
                .expect(201)
                .at("/id");
        String version = api().post("/api/v1/offerings/" + offering + "/publish")
                .expect(200)
                .at("/versions/0/id");
        Signed buyer = Signed.in(harness);
        Api.Reply workspace = buyer.api().post("/api/v1/orgs/auto").expect(200);
        String instance = buyer.api()
                .post(
                        "/api/v1/instances",
                        Map.of(
                                "offering_version_id",
                                version,
                                "org_id",
                                workspace.at("/org_id"),
                                "project_id",
                                workspace.at("/project_id"),
                                "plan_id",
                                plan))
                .expect(201)
                .at("/id");
        return new Bought(buyer.api(), UUID.fromString(workspace.at("/org_id")), UUID.fromString(instance));
    }

    /** An instance, whose it is, and the buyer's calls. */
    public record Bought(Api api, UUID org, UUID instance) {}
}
