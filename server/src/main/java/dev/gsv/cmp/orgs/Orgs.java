package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.kit.Patch;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/**
 * Organizations: who may enter one, how one begins and ends (sections 3.1, 7.1 and 15 of the control plane contract).
 */
@Service
public class Orgs {

    /** How many organizations one person may own; each has a wallet. */
    public static final int MAX_OWNED = 50;

    private static final String DEFAULT_PROJECT = "Default project";
    private static final int MAX_NAME_IN_WORKSPACE = 200;

    private final OrgStore store;
    private final ProjectStore projects;
    private final MemberStore members;
    private final People people;
    private final Patch patch;
    private final Ids ids;
    private final ApplicationEventPublisher events;

    Orgs(
            OrgStore store,
            ProjectStore projects,
            MemberStore members,
            People people,
            Patch patch,
            Ids ids,
            ApplicationEventPublisher events) {
        this.store = store;
        this.projects = projects;
        this.members = members;
        this.people = people;
        this.patch = patch;
        this.ids = ids;
        this.events = events;
    }

    /**
     * Lets a caller into an organization as what the endpoint demands. An API key enters only its own organization, as
     * a member; operators and services enter every one where the endpoint names them.
     *
     * @throws KitProblem.NotFound when the organization is unknown, or the caller is no member: indistinguishable
     * @throws KitProblem.PermissionDenied when the role does not cover the weakest one that the endpoint names
     * @throws OrgsProblem.Suspended when the organization is suspended and the request is not one that only reads
     */
    public Member enter(Caller caller, UUID org) {
        OrgId id = new OrgId(org);
        OrgStore.Standing standing =
                store.standing(id, caller.subject()).orElseThrow(() -> new KitProblem.NotFound("organization"));
        if (caller.aboveOrgs()) {
            return new Member(id, Role.OWNER, caller.subject());
        }
        Role role = roleOf(caller, id, standing.role());
        if (role == null) {
            throw new KitProblem.NotFound("organization");
        }
        Role weakest = caller.weakestRole();
        if (!role.covers(weakest)) {
            throw new KitProblem.PermissionDenied("This needs the role " + weakest.text() + ".");
        }
        if (standing.status() == Organization.Status.SUSPENDED && !caller.reading()) {
            throw new OrgsProblem.Suspended();
        }
        return new Member(id, role, caller.subject());
    }

    /** The caller's role in an organization, for pages that show more to members; empty for strangers. */
    public Optional<Role> role(Caller caller, UUID org) {
        OrgId id = new OrgId(org);
        return store.standing(id, caller.subject()).map(standing -> roleOf(caller, id, standing.role()));
    }

    private static @Nullable Role roleOf(Caller caller, OrgId org, @Nullable Role own) {
        return switch (caller.kind()) {
            case PERSON -> own;
            case SERVICE -> null;
            case API_KEY ->
                caller.presentedKey().filter(key -> key.org().equals(org)).isPresent() ? Role.MEMBER : null;
        };
    }

    /**
     * The first organization that the caller owns, else the first that they joined; for a key, its own.
     *
     * @throws KitProblem.NotFound when there is none
     */
    public OrgId first(Caller caller) {
        return caller.presentedKey()
                .map(Caller.Key::org)
                .or(() -> store.firstOwned(caller.subject()))
                .or(() -> store.firstJoined(caller.subject()))
                .orElseThrow(() -> new KitProblem.NotFound("organization"));
    }

    /** An organization and one of its projects; their ids stay when their slugs change. */
    public record Spot(OrgId org, @Nullable UUID project) {}

    /** What carries these slugs now; the project may be unknown. */
    public Optional<Spot> spot(String slug, String project) {
        return store.spot(slug, project);
    }

    public Organization organization(OrgId org) {
        return store.find(org).orElseThrow(() -> new KitProblem.NotFound("organization"));
    }

    /** A project of the organization; a foreign one answers as an unknown one. */
    public Project project(OrgId org, UUID project) {
        return projects.find(org, project).orElseThrow(() -> new KitProblem.NotFound("project"));
    }

    public Project defaultProject(OrgId org) {
        return projects.findDefault(org).orElseThrow(() -> new KitProblem.NotFound("project"));
    }

    /** The organizations that the caller belongs to, the oldest first. */
    public Page<Organization> joined(Caller caller, Page.Slice slice) {
        return store.joined(caller.person(), slice).map(OrgStore.Joined::organization);
    }

    /** The same, with the role of the caller in each. */
    Page<OrgStore.Joined> joinedAs(Caller caller, Page.Slice slice) {
        return store.joined(caller.person(), slice);
    }

    /**
     * The caller's own organization, made at the first call. However many first calls run in parallel, they make one:
     * the person's row is held until the transaction ends.
     */
    @Transactional
    public Workspace auto(Caller caller) {
        people.hold(caller);
        Optional<OrgId> owned = store.firstOwned(caller.person());
        if (owned.isPresent()) {
            return new Workspace(owned.get(), defaultProject(owned.get()).id(), false);
        }
        OrgId made = open(caller.person(), NewOrganization.named(workspaceName(caller)));
        return new Workspace(made, defaultProject(made).id(), true);
    }

    private static String workspaceName(Caller caller) {
        String name = Text.tamed(caller.name(), MAX_NAME_IN_WORKSPACE);
        String email = caller.email();
        if (name.isEmpty() && email != null) {
            name = Text.tamed(email.substring(0, Math.max(0, email.indexOf('@'))), MAX_NAME_IN_WORKSPACE);
        }
        return (name.isEmpty() ? "My" : name + "'s") + " Workspace";
    }

    /**
     * Creates an organization for the person who calls, with its default project, and tells the other rooms
     * ({@link OrganizationOpened}).
     *
     * @throws KitProblem.Duplicate when a slug was asked for and is taken
     */
    @Transactional
    public Organization create(Caller caller, NewOrganization wanted) {
        people.hold(caller);
        if (store.owned(caller.person()) >= MAX_OWNED) {
            throw new OrgsProblem.LimitReached("organizations of one owner", MAX_OWNED);
        }
        return organization(open(caller.person(), wanted));
    }

    private OrgId open(String owner, NewOrganization wanted) {
        OrgId org = new OrgId(ids.next());
        new NamedPart(wanted.name(), wanted.slug(), null).insert("org", slug -> store.insert(org, wanted, slug, owner));
        projects.insert(org, ids.next(), DEFAULT_PROJECT, "default", null, true);
        members.insert(org, ids.next(), owner, null, Role.OWNER);
        events.publishEvent(new OrganizationOpened(org, owner));
        return org;
    }

    /** Merge-patch of name, slug and provider flag; the operator alone sets the status, by other calls. */
    @Transactional
    Organization change(Member member, JsonNode changes) {
        store.lock(member.org());
        Organization now = organization(member.org());
        NewOrganization wanted = patch.apply(
                new NewOrganization(now.name(), now.slug(), now.isProvider()), changes, NewOrganization.class);
        try {
            store.update(
                    member.org(), wanted.name(), Slug.present(wanted.slug()), Boolean.TRUE.equals(wanted.isProvider()));
        } catch (DuplicateKeyException e) {
            throw new KitProblem.Duplicate("The slug '" + wanted.slug() + "' is taken.");
        }
        return organization(member.org());
    }

    /**
     * Closes an organization: from then on it answers as an unknown one. Rooms that still hold something of it refuse
     * ({@link OrganizationClosing}); its wallet and ledger stay in the books.
     */
    @Transactional
    public void close(Member owner) {
        owner.atLeast(Role.OWNER);
        if (!store.lockAlone(owner.org())) {
            throw new KitProblem.NotFound("organization");
        }
        events.publishEvent(new OrganizationClosing(owner.org()));
        store.close(owner.org());
    }

    /** Marks an organization as one that sells; its first offering does. Repeating it changes nothing. */
    public void sells(OrgId org) {
        store.sells(org);
    }

    /** By the operator: reads go on, changes and runs answer 403. Repeating it changes nothing. */
    @Transactional
    public Organization suspend(OrgId org) {
        store.status(org, Organization.Status.SUSPENDED);
        return organization(org);
    }

    /** Ends a suspension. */
    @Transactional
    public Organization reinstate(OrgId org) {
        store.status(org, Organization.Status.ACTIVE);
        return organization(org);
    }
}
