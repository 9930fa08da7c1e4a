package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** CMP_ROLES. */
class NodeRolesTest {

    @Test
    void unset_means_everything() {
        assertThat(new NodeRoles(List.of()).roles()).containsExactly("api", "gateway", "provisioner", "worker", "web");
        assertThat(new NodeRoles(List.of("")).has("worker")).isTrue();
    }

    @Test
    void a_node_does_what_is_listed_and_nothing_else() {
        NodeRoles roles = new NodeRoles(List.of(" Gateway", "api "));
        assertThat(roles.has("gateway")).isTrue();
        assertThat(roles.has(NodeRoles.Role.API)).isTrue();
        assertThat(roles.has("worker")).isFalse();
    }

    @Test
    void an_unknown_role_stops_the_start_and_an_unknown_question_is_a_defect() {
        assertThatThrownBy(() -> new NodeRoles(List.of("api", "wroker")))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("wroker");
        assertThatThrownBy(() -> new NodeRoles(List.of()).has("wroker")).isInstanceOf(CannotStart.class);
    }
}
