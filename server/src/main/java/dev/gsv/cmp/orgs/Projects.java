package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.kit.Patch;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/** The projects of an organization. */
@Service
class Projects {

    /** Of one organization. */
    static final int MAX_PROJECTS = 200;

    private final ProjectStore store;
    private final OrgStore orgs;
    private final Patch patch;
    private final Ids ids;

    Projects(ProjectStore store, OrgStore orgs, Patch patch, Ids ids) {
        this.store = store;
        this.orgs = orgs;
        this.patch = patch;
        this.ids = ids;
    }

    Page<Project> list(OrgId org, Page.Slice slice) {
        return store.list(org, slice);
    }

    Project find(OrgId org, UUID id) {
        return store.find(org, id).orElseThrow(() -> new KitProblem.NotFound("project"));
    }

    @Transactional
    Project create(OrgId org, NamedPart wanted) {
        orgs.lock(org);
        if (store.count(org) >= MAX_PROJECTS) {
            throw new OrgsProblem.LimitReached("projects of one organization", MAX_PROJECTS);
        }
        UUID id = ids.next();
        wanted.insert("project", slug -> store.insert(org, id, wanted.name(), slug, wanted.description(), false));
        return find(org, id);
    }

    /** Merge-patch of name, slug and description. */
    @Transactional
    Project change(OrgId org, UUID id, JsonNode changes) {
        orgs.lock(org);
        Project now = find(org, id);
        NamedPart wanted =
                patch.apply(new NamedPart(now.name(), now.slug(), now.description()), changes, NamedPart.class);
        try {
            store.update(org, id, wanted.name(), Slug.present(wanted.slug()), wanted.description());
        } catch (DuplicateKeyException e) {
            throw new KitProblem.Duplicate("The slug '" + wanted.slug() + "' is taken.");
        }
        return find(org, id);
    }

    /** @throws KitProblem.InvalidState for the default project, and for one that something still belongs to */
    @Transactional
    void delete(OrgId org, UUID id) {
        orgs.lock(org);
        if (find(org, id).isDefault()) {
            throw new KitProblem.InvalidState("The default project cannot be deleted.");
        }
        try {
            store.delete(org, id);
        } catch (DataIntegrityViolationException e) {
            throw new KitProblem.InvalidState("Something still belongs to this project, for instance an instance.");
        }
    }
}
