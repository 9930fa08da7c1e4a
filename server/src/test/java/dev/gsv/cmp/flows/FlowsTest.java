package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowsTest {
    @TempDir
    Path folder;

    @Test
    void a_tampered_artifact_never_runs() throws IOException {
        FileArtifacts artifacts = new FileArtifacts(folder);
        Flows flows = new Flows(artifacts);
        String key = Artifacts.flowKey(UUID.randomUUID(), UUID.randomUUID());
        byte[] bytes = Graph.chat("gpt-4o").json().toString().getBytes(StandardCharsets.UTF_8);
        String sha256 = artifacts.put(key, bytes).sha256();
        assertThat(flows.load(key, sha256)).isSameAs(flows.load(key, sha256));

        Files.writeString(folder.resolve(key), Graph.faq().json().toString());
        assertThatThrownBy(() -> flows.load(key, sha256)).isInstanceOf(FlowsProblem.ArtifactMismatch.class);
        assertThatThrownBy(() -> new Flows(artifacts).load(key, sha256))
                .isInstanceOf(FlowsProblem.ArtifactMismatch.class);
        Files.delete(folder.resolve(key));
        assertThatThrownBy(() -> flows.load(key, sha256)).isInstanceOf(FlowsProblem.ArtifactMissing.class);
    }

    @Test
    void equal_bytes_under_two_keys_are_one_flow_and_each_key_is_checked() throws IOException {
        FileArtifacts artifacts = new FileArtifacts(folder);
        Flows flows = new Flows(artifacts);
        byte[] bytes = Graph.chat("gpt-4o").json().toString().getBytes(StandardCharsets.UTF_8);
        String one = Artifacts.flowKey(UUID.randomUUID(), UUID.randomUUID());
        String two = Artifacts.flowKey(UUID.randomUUID(), UUID.randomUUID());
        String sha256 = artifacts.put(one, bytes).sha256();
        artifacts.put(two, bytes);
        assertThat(flows.load(one, sha256)).isSameAs(flows.load(two, sha256));
        Files.writeString(folder.resolve(two), "{}");
        flows.load(one, sha256);
        assertThatThrownBy(() -> flows.load(two, sha256)).isInstanceOf(FlowsProblem.ArtifactMismatch.class);
    }
}
