package dev.gsv.cmp.orgs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who belongs to an organization, and who decides it. */
class MembersTest {

    /** An organization with one owner. */
    private static final class House {
        final Signed owner = Signed.in();
        final String org = owner.organization();
        final String members = "/api/v1/orgs/" + org + "/members";

        Signed with(String role) {
            Signed person = Signed.in();
            owner.api()
                    .post(members, Map.of("user_id", person.subject(), "role", role))
                    .expect(201);
            return person;
        }

        String member(Signed person) {
            return members + "/" + person.subject();
        }
    }

    @Test
    void nobody_gives_a_role_above_their_own() {
        House house = new House();
        Signed admin = house.with("admin");
        String somebody = UUID.randomUUID().toString();
        admin.api()
                .post(house.members, Map.of("user_id", somebody, "role", "owner"))
                .expect(403, "PERMISSION_DENIED");
        admin.api()
                .post(house.members, Map.of("user_id", somebody, "role", "admin"))
                .expect(201);
        admin.api().patch(house.member(admin), Map.of("role", "owner")).expect(403, "PERMISSION_DENIED");
        Signed viewer = house.with("viewer");
        admin.api().patch(house.member(viewer), Map.of("role", "owner")).expect(403, "PERMISSION_DENIED");
        assertThat(admin.api()
                        .patch(house.member(viewer), Map.of("role", "member"))
                        .expect(200)
                        .at("/role"))
                .isEqualTo("member");
    }

    @Test
    void an_admin_does_not_touch_an_owner() {
        House house = new House();
        Signed admin = house.with("admin");
        house.with("owner");
        admin.api().patch(house.member(house.owner), Map.of("role", "viewer")).expect(403, "PERMISSION_DENIED");
        admin.api().delete(house.member(house.owner)).expect(403, "PERMISSION_DENIED");
    }

    @Test
    void an_organization_has_at_least_one_owner() throws Exception {
        House house = new House();
        house.owner.api().delete(house.member(house.owner)).expect(409, "LAST_OWNER");
        house.owner
                .api()
                .patch(house.member(house.owner), Map.of("role", "admin"))
                .expect(409, "LAST_OWNER");
        // An invited owner is none yet.
        house.owner
                .api()
                .post(house.members, Map.of("email", Harness.unique("x") + "@acme.test", "role", "owner"))
                .expect(201);
        house.owner.api().delete(house.member(house.owner)).expect(409, "LAST_OWNER");

        for (int round = 0; round < 10; round++) {
            Signed second = house.with("owner");
            CyclicBarrier barrier = new CyclicBarrier(2);
            List<Signed> owners = List.of(house.owner, second);
            List<Integer> turns = new ArrayList<>(List.of(0, 1));
            List<Integer> statuses = OrgsTest.together(2, () -> {
                int turn;
                synchronized (turns) {
                    turn = turns.removeFirst();
                }
                barrier.await();
                return owners.get(turn)
                        .api()
                        .patch(house.member(owners.get(turn)), Map.of("role", "admin"))
                        .status();
            });
            assertThat(statuses).containsExactlyInAnyOrder(200, 409);
            Signed remaining = statuses.get(0) == 409 && isOwner(house, house.owner) ? house.owner : second;
            if (!isOwner(house, remaining)) {
                remaining = house.owner;
            }
            Signed other = remaining == second ? house.owner : second;
            assertThat(house.owner.api().get("/orgs/" + house.org).at("/owner_id"))
                    .isEqualTo(remaining.subject());
            remaining
                    .api()
                    .patch(house.member(house.owner), Map.of("role", "owner"))
                    .expect(200);
            if (remaining == second) {
                house.owner.api().delete(house.member(second)).expect(204);
            } else {
                house.owner.api().delete(house.member(other)).expect(204);
            }
        }
    }

    private static boolean isOwner(House house, Signed person) {
        return person.api().get(house.member(person)).at("/role").equals("owner");
    }

    @Test
    void who_is_removed_is_a_stranger_at_the_next_call() {
        House house = new House();
        Signed member = house.with("member");
        member.api().get("/orgs/" + house.org).expect(200);
        house.owner.api().delete(house.member(member)).expect(204);
        member.api().get("/orgs/" + house.org).expect(404, "NOT_FOUND");
    }

    @Test
    void everybody_sees_their_own_role() {
        House house = new House();
        Signed viewer = house.with("viewer");
        assertThat(viewer.api().get("/orgs").expect(200).at("/results/0/role")).isEqualTo("viewer");
        assertThat(viewer.api().get("/orgs/" + house.org).at("/role")).isEqualTo("viewer");
        assertThat(house.owner.api().get("/orgs/" + house.org).at("/role")).isEqualTo("owner");
        Api.Reply operator =
                Signed.in("cmp-admin").api().get("/orgs/" + house.org).expect(200);
        assertThat(operator.json().path("role").isNull()).isTrue();
    }

    @Test
    void everybody_may_leave() {
        House house = new House();
        Signed viewer = house.with("viewer");
        viewer.api().delete(house.member(viewer)).expect(204);
        viewer.api().get("/orgs/" + house.org).expect(404);
    }

    @Test
    void an_unknown_address_is_invited_and_joins_at_the_first_login() {
        House house = new House();
        String email = Harness.unique("late") + "@acme.test";
        Api.Reply invited = house.owner
                .api()
                .post(house.members, Map.of("email", " " + email.toUpperCase(java.util.Locale.ROOT), "role", "admin"))
                .expect(201);
        assertThat(invited.at("/status")).isEqualTo("invited");
        assertThat(invited.at("/email")).isEqualTo(email);
        house.owner.api().post(house.members, Map.of("email", email)).expect(409, "DUPLICATE");

        People people = Harness.shared().bean(People.class);
        Orgs orgs = Harness.shared().bean(Orgs.class);
        Caller unproved = Caller.person(UUID.randomUUID().toString(), "Eve", email, false, false);
        people.met(unproved);
        assertThat(orgs.role(unproved, UUID.fromString(house.org))).isEmpty();
        Caller proved = Caller.person(UUID.randomUUID().toString(), "Lea", email, true, false);
        people.met(proved);
        assertThat(orgs.role(proved, UUID.fromString(house.org))).contains(Role.ADMIN);
        assertThat(house.owner
                        .api()
                        .get(house.members + "/" + invited.at("/id"))
                        .at("/status"))
                .isEqualTo("active");
    }

    @Test
    void an_invitation_to_where_somebody_is_already_ends() {
        House house = new House();
        String email = Harness.unique("twice") + "@acme.test";
        Caller person = Caller.person(UUID.randomUUID().toString(), "Two", email, true, false);
        house.owner
                .api()
                .post(house.members, Map.of("email", email, "role", "viewer"))
                .expect(201);
        house.owner
                .api()
                .post(house.members, Map.of("user_id", person.subject(), "role", "admin"))
                .expect(201);
        Harness.shared().bean(People.class).met(person);
        assertThat(Harness.shared().bean(Orgs.class).role(person, UUID.fromString(house.org)))
                .contains(Role.ADMIN);
        assertThat(house.owner.api().get(house.members).json().path("count").asInt())
                .isEqualTo(2);
    }

    @Test
    void a_known_address_joins_at_once() {
        House house = new House();
        Signed person = Signed.in();
        person.api().get("/orgs").expect(200);
        Api.Reply added = house.owner
                .api()
                .post(house.members, Map.of("email", person.email()))
                .expect(201);
        assertThat(added.at("/status")).isEqualTo("active");
        assertThat(added.at("/user_id")).isEqualTo(person.subject());
        assertThat(added.at("/role")).isEqualTo("member");
        person.api().get("/orgs/" + house.org).expect(200);
    }

    @Test
    void a_disabled_person_is_refused_at_the_next_call() {
        Signed person = Signed.in();
        person.api().get("/orgs").expect(200);
        Harness.shared().bean(People.class).disable(person.subject(), true);
        person.api().get("/orgs").expect(403, "ACCOUNT_DISABLED");
        Harness.shared().bean(People.class).disable(person.subject(), false);
        person.api().get("/orgs").expect(200);
    }

    @Test
    void teams_are_of_the_same_organization() {
        House house = new House();
        Signed member = house.with("member");
        String team = house.owner
                .api()
                .post("/orgs/" + house.org + "/teams", Map.of("name", "Support"))
                .expect(201)
                .at("/id");
        House other = new House();
        String foreign = other.owner
                .api()
                .post("/orgs/" + other.org + "/teams", Map.of("name", "Support"))
                .at("/id");
        assertThat(house.owner
                        .api()
                        .patch(house.member(member), Map.of("team_ids", List.of(team)))
                        .at("/team_ids/0"))
                .isEqualTo(team);
        house.owner
                .api()
                .patch(house.member(member), Map.of("team_ids", List.of(team, foreign)))
                .expect(404, "NOT_FOUND");
        assertThat(house.owner.api().get(house.member(member)).json().path("team_ids"))
                .hasSize(1);
        house.owner.api().delete("/orgs/" + house.org + "/teams/" + team).expect(204);
        assertThat(house.owner.api().get(house.member(member)).json().path("team_ids"))
                .isEmpty();
    }

    @Test
    void a_description_is_cleared_by_null_and_kept_when_absent() {
        House house = new House();
        String projects = "/orgs/" + house.org + "/projects";
        String id = house.owner
                .api()
                .post(projects, Map.of("name", "P", "description", "about"))
                .expect(201)
                .at("/id");
        assertThat(house.owner
                        .api()
                        .patch(projects + "/" + id, Map.of("name", "Q"))
                        .expect(200)
                        .at("/description"))
                .isEqualTo("about");
        Map<String, Object> cleared = new HashMap<>();
        cleared.put("description", null);
        assertThat(house.owner
                        .api()
                        .patch(projects + "/" + id, cleared)
                        .expect(200)
                        .json()
                        .path("description")
                        .isNull())
                .isTrue();
        assertThat(house.owner.api().get(projects + "/" + id).at("/name")).isEqualTo("Q");
    }

    @Test
    void the_default_project_stays() {
        House house = new House();
        String projects = "/orgs/" + house.org + "/projects";
        String first = house.owner.api().get(projects).expect(200).at("/results/0/id");
        house.owner.api().delete(projects + "/" + first).expect(409, "INVALID_STATE");
        String second = house.owner.api().post(projects, Map.of("name", "P")).at("/id");
        house.owner.api().delete(projects + "/" + second).expect(204);
        house.owner.api().get(projects + "/" + second).expect(404);
    }

    @Nested
    class Answers400 {
        @Test
        void a_member_is_named_once_and_well() {
            House house = new House();
            for (Map<String, Object> body : List.<Map<String, Object>>of(
                    Map.of(),
                    Map.of("user_id", "a", "email", "a@b.c"),
                    Map.of("email", "nobody"),
                    Map.of("email", "a\u0000@b.c"),
                    Map.of("user_id", ""),
                    Map.of("user_id", "a".repeat(256)),
                    Map.of("user_id", "a", "role", "king"),
                    Map.of("user_id", "a", "role", 3),
                    Map.of("user_id", "a", "team_ids", "x"))) {
                house.owner.api().post(house.members, body).expect(400, "VALIDATION_ERROR");
            }
        }
    }

    @Nested
    class Answers403 {
        @Test
        void members_and_viewers_change_nothing() {
            House house = new House();
            for (String role : List.of("member", "viewer")) {
                Signed person = house.with(role);
                String org = "/orgs/" + house.org;
                person.api().get(org + "/members").expect(200);
                person.api().post(house.members, Map.of("user_id", "x")).expect(403, "PERMISSION_DENIED");
                person.api()
                        .patch(house.member(person), Map.of("role", "admin"))
                        .expect(403, "PERMISSION_DENIED");
                person.api().delete(house.member(house.owner)).expect(403, "PERMISSION_DENIED");
                person.api().post(org + "/projects", Map.of("name", "P")).expect(403, "PERMISSION_DENIED");
                person.api().patch(org, Map.of("name", "P")).expect(403, "PERMISSION_DENIED");
                person.api().delete(org).expect(403, "PERMISSION_DENIED");
            }
            Signed admin = house.with("admin");
            admin.api().delete("/orgs/" + house.org).expect(403, "PERMISSION_DENIED");
        }

        @Test
        void an_operator_reads_and_belongs_to_no_organization() {
            House house = new House();
            Signed operator = Signed.in("cmp-admin");
            operator.api().get("/orgs/" + house.org).expect(200);
            operator.api()
                    .post(house.members, Map.of("user_id", operator.subject()))
                    .expect(404, "NOT_FOUND");
            assertThat(operator.api().get("/orgs").json().path("count").asInt()).isZero();
        }
    }

    @Nested
    class Answers404 {
        @Test
        void strangers_add_no_members() {
            House house = new House();
            Signed stranger = Signed.in();
            stranger.api()
                    .post(house.members, Map.of("user_id", stranger.subject(), "role", "owner"))
                    .expect(404, "NOT_FOUND");
            stranger.api().delete(house.member(house.owner)).expect(404, "NOT_FOUND");
        }

        @Test
        void a_member_of_another_organization_is_not_found_here() {
            House house = new House();
            House other = new House();
            String foreign = other.owner.api().get(other.members).at("/results/0/id");
            house.owner.api().get(house.members + "/" + foreign).expect(404, "NOT_FOUND");
            house.owner.api().delete(house.members + "/" + foreign).expect(404, "NOT_FOUND");
        }
    }
}
