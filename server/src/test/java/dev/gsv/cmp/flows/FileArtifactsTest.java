package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.KitProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileArtifactsTest {
    private static final byte[] ONE = "{\"one\":1}".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TWO = "{\"two\":2}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private final String key = Artifacts.flowKey(UUID.randomUUID(), UUID.randomUUID());

    private FileArtifacts artifacts() {
        return new FileArtifacts(folder.resolve("objects"));
    }

    private Path file() {
        return folder.resolve("objects").resolve(key);
    }

    @Test
    void what_is_put_is_read_back_byte_for_byte_also_after_a_restart() {
        Artifacts.Stored stored = artifacts().put(key, ONE);
        assertThat(stored).isEqualTo(new Artifacts.Stored(key, Json.sha256(ONE), ONE.length));
        assertThat(artifacts().read(key, stored.sha256())).isEqualTo(ONE);
    }

    @Test
    void what_is_stored_is_never_overwritten() throws IOException {
        FileArtifacts artifacts = artifacts();
        artifacts.put(key, ONE);
        artifacts.put(key, ONE);
        assertThatThrownBy(() -> artifacts.put(key, TWO)).isInstanceOf(FlowsProblem.ArtifactTaken.class);
        assertThat(Files.readAllBytes(file())).isEqualTo(ONE);
    }

    @Test
    void of_many_writers_at_once_one_wins_and_nobody_sees_half_a_file() throws Exception {
        FileArtifacts artifacts = artifacts();
        byte[][] each = IntStream.range(0, 16)
                .mapToObj(i -> (i + "x".repeat(200_000)).getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        int won = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = threads.invokeAll(Stream.of(each)
                    .<Callable<Boolean>>map(bytes -> () -> {
                        try {
                            artifacts.put(key, bytes);
                            return true;
                        } catch (FlowsProblem.ArtifactTaken e) {
                            return false;
                        }
                    })
                    .toList());
            for (var result : results) {
                won += result.get() ? 1 : 0;
            }
        }
        assertThat(won).isEqualTo(1);
        assertThat(Files.readAllBytes(file())).isIn((Object[]) each);
        try (Stream<Path> left = Files.list(file().getParent())) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void a_tampered_file_is_never_given_out() throws IOException {
        FileArtifacts artifacts = artifacts();
        String sha256 = artifacts.put(key, ONE).sha256();
        Files.write(file(), TWO);
        assertThatThrownBy(() -> artifacts.read(key, sha256)).isInstanceOf(FlowsProblem.ArtifactMismatch.class);
    }

    @Test
    void before_a_run_a_changed_file_is_noticed_even_when_size_and_time_were_set_back() throws IOException {
        FileArtifacts artifacts = artifacts();
        String sha256 = artifacts.put(key, ONE).sha256();
        artifacts.read(key, sha256);
        FileTime time = Files.getLastModifiedTime(file());
        artifacts.verify(key, sha256);
        Files.write(file(), TWO);
        Files.setLastModifiedTime(file(), time);
        assertThatThrownBy(() -> artifacts.verify(key, sha256)).isInstanceOf(FlowsProblem.ArtifactMismatch.class);
    }

    @Test
    void a_hash_that_was_never_verified_is_not_believed() {
        FileArtifacts artifacts = artifacts();
        String sha256 = artifacts.put(key, ONE).sha256();
        artifacts.verify(key, sha256);
        assertThatThrownBy(() -> artifacts.verify(key, Json.sha256(TWO)))
                .isInstanceOf(FlowsProblem.ArtifactMismatch.class);
        artifacts.verify(key, sha256);
    }

    @Test
    void what_is_not_there_is_missing() {
        assertThatThrownBy(() -> artifacts().read(key, Json.sha256(ONE)))
                .isInstanceOf(FlowsProblem.ArtifactMissing.class);
        assertThatThrownBy(() -> artifacts().verify(key, Json.sha256(ONE)))
                .isInstanceOf(FlowsProblem.ArtifactMissing.class);
    }

    @Test
    void a_broken_disk_is_unavailable_and_not_a_mismatch() throws IOException {
        Files.writeString(folder.resolve("objects"), "a file where a folder belongs");
        assertThatThrownBy(() -> artifacts().put(key, ONE)).isInstanceOf(KitProblem.Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/etc/passwd",
                "../secret",
                "flows/../../secret",
                "flows/..",
                "flows//x",
                "flows/.hidden/flow.json",
                "flows/x/",
                "flows\\x",
                "flows/x\u0000.json",
                "C:/x",
                "flows/%2e%2e/x"
            })
    void a_key_that_could_lead_elsewhere_is_refused(String key) {
        assertThatThrownBy(() -> artifacts().put(key, ONE)).isInstanceOf(KitProblem.Invalid.class);
        assertThatThrownBy(() -> artifacts().read(key, Json.sha256(ONE))).isInstanceOf(KitProblem.Invalid.class);
    }
}
