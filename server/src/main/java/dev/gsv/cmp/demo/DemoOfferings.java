package dev.gsv.cmp.demo;

import dev.gsv.cmp.catalog.BillingPeriod;
import dev.gsv.cmp.catalog.Kind;
import dev.gsv.cmp.catalog.NewOffering;
import dev.gsv.cmp.catalog.NewPlan;
import dev.gsv.cmp.catalog.NewVersion;
import dev.gsv.cmp.catalog.Offering;
import dev.gsv.cmp.catalog.OfferingStatus;
import dev.gsv.cmp.catalog.Offerings;
import dev.gsv.cmp.catalog.Plans;
import dev.gsv.cmp.catalog.Publishing;
import dev.gsv.cmp.catalog.Versions;
import dev.gsv.cmp.flows.Artifacts;
import dev.gsv.cmp.flows.FlowCheck;
import dev.gsv.cmp.flows.FlowReport;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.knowledge.Base;
import dev.gsv.cmp.knowledge.Knowledge;
import dev.gsv.cmp.knowledge.Owner;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.OrgId;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** Makes a published offering of a sample: offering, plans, knowledge, version, in this order. */
@Service
class DemoOfferings {
    private final Offerings offerings;
    private final Plans plans;
    private final Versions versions;
    private final Publishing publishing;
    private final Artifacts artifacts;
    private final Knowledge knowledge;
    private final Ids ids;
    private final JsonMapper mapper;

    DemoOfferings(
            Offerings offerings,
            Plans plans,
            Versions versions,
            Publishing publishing,
            Artifacts artifacts,
            Knowledge knowledge,
            Ids ids,
            JsonMapper mapper) {
        this.offerings = offerings;
        this.plans = plans;
        this.versions = versions;
        this.publishing = publishing;
        this.artifacts = artifacts;
        this.knowledge = knowledge;
        this.ids = ids;
        this.mapper = mapper;
    }

    void make(OrgId provider, Caller operator, Sample sample, Runnable beforeEach) {
        beforeEach.run();
        Offering offering = offering(provider, sample.card());
        for (Sample.Plan plan : sample.card().plans()) {
            beforeEach.run();
            plan(provider, offering, plan);
        }
        for (Sample.Document document : sample.documents()) {
            beforeEach.run();
            Base base = knowledge.base(
                    provider,
                    new Owner.Offering(offering.id()),
                    sample.card().knowledge().name());
            knowledge.add(provider, base.id(), document.title(), document.text());
        }
        beforeEach.run();
        version(provider, offering, sample);
        beforeEach.run();
        publish(provider, operator, offering);
    }

    private Offering offering(OrgId provider, Sample.Card card) {
        Offering offering = offerings
                .bySlug(card.slug())
                .orElseGet(() -> offerings.create(
                        provider,
                        new NewOffering(
                                card.name(),
                                Kind.valueOf(card.category().toUpperCase(Locale.ROOT)),
                                card.valueStreams(),
                                card.description(),
                                card.slug(),
                                null,
                                null,
                                card.exampleQuestions().stream()
                                        .map(Sample.Example::question)
                                        .toList())));
        if (!offering.providerOrgId().equals(provider)) {
            throw new IllegalStateException("the slug '" + card.slug() + "' belongs to another seller");
        }
        return offering;
    }

    private void plan(OrgId provider, Offering offering, Sample.Plan plan) {
        if (offering.plans().stream().anyMatch(other -> other.slug().equals(plan.slug()))) {
            return;
        }
        plans.addPlan(
                provider,
                offering.id(),
                new NewPlan(
                        plan.name(),
                        plan.slug(),
                        plan.description(),
                        BillingPeriod.valueOf(plan.billingPeriod().toUpperCase(Locale.ROOT)),
                        Credits.of(plan.priceCredits()),
                        plan.priceCents(),
                        plan.currency(),
                        Credits.of(plan.includedCredits()),
                        plan.monthlyQuota(),
                        null,
                        plan.limits(),
                        null,
                        plan.isDefault(),
                        plan.isTrial(),
                        null));
    }

    /** Checked as every import is; a flow that does not pass is not stored. */
    private void version(OrgId provider, Offering offering, Sample sample) {
        Sample.Version version = sample.card().version();
        if (Objects.requireNonNull(offering.versions()).stream()
                .anyMatch(other -> other.versionLabel().equals(version.label()))) {
            return;
        }
        FlowReport report = FlowCheck.check(sample.flow());
        if (!report.valid()) {
            throw new IllegalStateException("the sample " + offering.slug() + " does not pass: " + report.findings());
        }
        UUID id = ids.next();
        Artifacts.Stored stored = artifacts.put(Artifacts.flowKey(offering.id(), id), report.bytes());
        versions.addVersion(
                provider,
                offering.id(),
                new NewVersion(
                        id,
                        version.label(),
                        stored.key(),
                        stored.sha256(),
                        stored.bytes(),
                        version.capabilities(),
                        version.defaults(),
                        null,
                        new NewVersion.Checked(true, report.runtime(), mapper.valueToTree(report.findings()))));
    }

    /** Where the operator approves listings, the demo's operator does. */
    private void publish(OrgId provider, Caller operator, Offering offering) {
        if (offering.status() != OfferingStatus.DRAFT) {
            return;
        }
        Offering published = publishing.publish(provider, offering.id());
        if (published.status() != OfferingStatus.PUBLISHED) {
            publishing.approve(offering.id(), null, operator.person());
        }
    }
}
