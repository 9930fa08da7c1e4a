package dev.gsv.cmp.flows;

import dev.gsv.cmp.catalog.Offerings;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import dev.gsv.cmp.orgs.OrgsProblem;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** The seller's drawer: flows that are worked on. A raw secret does not get in; other faults do, and are told. */
@Service
public class SavedFlows {

    /** How many flows one organization may keep in its drawer. */
    public static final int MAX_FLOWS = 500;

    private final SavedFlowStore store;
    private final Offerings offerings;
    private final Orgs orgs;
    private final Ids ids;

    SavedFlows(SavedFlowStore store, Offerings offerings, Orgs orgs, Ids ids) {
        this.store = store;
        this.offerings = offerings;
        this.orgs = orgs;
        this.ids = ids;
    }

    Page<SavedFlow> list(OrgId org, Page.Slice slice) {
        return store.list(org, slice);
    }

    /** The flow, for a member of its organization; a foreign one answers as an unknown one. */
    SavedFlow find(Caller caller, UUID id) {
        return store.find(enter(caller, id), id).orElseThrow(SavedFlows::unknown);
    }

    /** Lets a member into the organization of a flow. */
    OrgId enter(Caller caller, UUID id) {
        OrgId owner = store.owner(id).orElseThrow(SavedFlows::unknown);
        if (!caller.aboveOrgs() && orgs.role(caller, owner.value()).isEmpty()) {
            throw unknown();
        }
        return orgs.enter(caller, owner.value()).org();
    }

    SavedFlow add(OrgId org, String name, @Nullable UUID offering, FlowReport report) {
        keepable(report);
        own(org, offering);
        UUID id = ids.next();
        if (!store.insert(org, id, name, offering, SavedFlowStore.Content.of(report), MAX_FLOWS)) {
            throw new OrgsProblem.LimitReached("flows in the drawer", MAX_FLOWS);
        }
        return store.find(org, id).orElseThrow(SavedFlows::unknown);
    }

    SavedFlow change(OrgId org, UUID id, String name, @Nullable UUID offering, @Nullable FlowReport report) {
        if (report != null) {
            keepable(report);
        }
        own(org, offering);
        SavedFlowStore.@Nullable Content content = report == null ? null : SavedFlowStore.Content.of(report);
        if (!store.update(org, id, name, offering, content)) {
            throw unknown();
        }
        return store.find(org, id).orElseThrow(SavedFlows::unknown);
    }

    void delete(OrgId org, UUID id) {
        if (!store.delete(org, id)) {
            throw unknown();
        }
    }

    /** What is no flow, or holds a secret, is not kept. */
    private static void keepable(FlowReport report) {
        if (report.flow().isEmpty() || report.holdsSecret()) {
            Imports.refuse(report);
        }
    }

    private void own(OrgId org, @Nullable UUID offering) {
        if (offering != null && !offerings.offering(offering).providerOrgId().equals(org)) {
            throw new KitProblem.NotFound("offering");
        }
    }

    private static KitProblem.NotFound unknown() {
        return new KitProblem.NotFound("flow");
    }
}
