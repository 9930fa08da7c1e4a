package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The teams of an organization. */
@Service
class Teams {

    /** Of one organization. */
    static final int MAX_TEAMS = 200;

    private final TeamStore store;
    private final OrgStore orgs;
    private final Ids ids;

    Teams(TeamStore store, OrgStore orgs, Ids ids) {
        this.store = store;
        this.orgs = orgs;
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

    /** Changes what is not null; an empty description clears it. */
    @Transactional
    Team change(
            OrgId org, UUID id, @Nullable String name, @Nullable String slug, @Nullable Optional<String> description) {
        orgs.lock(org);
        Team before = find(org, id);
        try {
            store.update(
                    org,
                    id,
                    name == null ? null : Text.name("name", name),
                    slug == null ? null : Slug.explicit(slug),
                    description == null ? before.description() : Text.description(description.orElse(null)));
        } catch (DuplicateKeyException e) {
            throw new KitProblem.Duplicate("The slug '" + slug + "' is taken.");
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
