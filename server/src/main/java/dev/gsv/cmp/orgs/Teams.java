package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.kit.Patch;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/** The teams of an organization. */
@Service
class Teams {

    /** Of one organization. */
    static final int MAX_TEAMS = 200;

    private final TeamStore store;
    private final OrgStore orgs;
    private final Patch patch;
    private final Ids ids;

    Teams(TeamStore store, OrgStore orgs, Patch patch, Ids ids) {
        this.store = store;
        this.orgs = orgs;
        this.patch = patch;
        this.ids = ids;
    }

    Page<Team> list(OrgId org, Page.Slice slice) {
        return store.list(org, slice);
    }

    Team find(OrgId org, UUID id) {
        return store.find(org, id).orElseThrow(() -> new KitProblem.NotFound("team"));
    }

    @Transactional
    Team create(OrgId org, NamedPart wanted) {
        orgs.lock(org);
        if (store.count(org) >= MAX_TEAMS) {
            throw new OrgsProblem.LimitReached("teams of one organization", MAX_TEAMS);
        }
        UUID id = ids.next();
        wanted.insert("team", slug -> store.insert(org, id, wanted.name(), slug, wanted.description()));
        return find(org, id);
    }

    /** Merge-patch of name, slug and description. */
    @Transactional
    Team change(OrgId org, UUID id, JsonNode changes) {
        orgs.lock(org);
        Team now = find(org, id);
        NamedPart wanted =
                patch.apply(new NamedPart(now.name(), now.slug(), now.description()), changes, NamedPart.class);
        try {
            store.update(org, id, wanted.name(), Slug.present(wanted.slug()), wanted.description());
        } catch (DuplicateKeyException e) {
            throw new KitProblem.Duplicate("The slug '" + wanted.slug() + "' is taken.");
        }
        return find(org, id);
    }

    /** Its members stay members of the organization. */
    @Transactional
    void delete(OrgId org, UUID id) {
        orgs.lock(org);
        find(org, id);
        store.delete(org, id);
    }
}
