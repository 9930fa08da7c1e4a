package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.env.MockEnvironment;

class MasterKeyTest {

    private static final byte[] CLEAR = "a secret".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private MasterKey kept() {
        return new MasterKey(new MockEnvironment()
                .withProperty("cmp.data", folder.resolve("data").toString()));
    }

    private static MasterKey given(String secret) {
        return new MasterKey(new MockEnvironment().withProperty("cmp.secret-key", secret));
    }

    @Test
    void what_is_sealed_opens_with_the_same_key_for_the_same_purpose_only() {
        MasterKey key = given("one secret of sixteen");
        byte[] sealed = key.seal(CLEAR, "row:1");
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("secret");
        assertThat(given("one secret of sixteen").open(sealed, "row:1")).isEqualTo(CLEAR);
        assertThatThrownBy(() -> key.open(sealed, "row:2")).isInstanceOf(MasterKey.DoesNotOpen.class);
        assertThatThrownBy(() -> given("another secret of 16").open(sealed, "row:1"))
                .isInstanceOf(MasterKey.DoesNotOpen.class);
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> key.open(changed, "row:1")).isInstanceOf(MasterKey.DoesNotOpen.class);
        }
        assertThatThrownBy(() -> key.open(new byte[3], "row:1")).isInstanceOf(MasterKey.DoesNotOpen.class);
        assertThat(key.seal(CLEAR, "row:1")).isNotEqualTo(sealed);
    }

    @Test
    void purposes_have_unrelated_keys_and_nodes_the_same() {
        assertThat(given("one secret of sixteen").derive("a")).hasSize(32);
        assertThat(given("one secret of sixteen").derive("a"))
                .isEqualTo(given("one secret of sixteen").derive("a"));
        assertThat(given("one secret of sixteen").derive("a"))
                .isNotEqualTo(given("one secret of sixteen").derive("b"));
    }

    @Test
    void without_a_secret_one_is_made_once_and_kept_for_its_owner_only() throws Exception {
        List<Callable<byte[]>> starts = java.util.Collections.nCopies(8, () -> kept().derive("x"));
        byte[] first = kept().derive("x");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<byte[]> start : threads.invokeAll(starts)) {
                assertThat(start.get()).isEqualTo(first);
            }
        }
        Path file = folder.resolve("data/master.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var inside = Files.list(file.getParent())) {
            assertThat(inside).containsExactly(file);
        }
    }

    @Test
    void many_that_start_together_agree_on_one() throws Exception {
        List<Callable<byte[]>> starts = java.util.Collections.nCopies(8, () -> kept().derive("x"));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> keys = threads.invokeAll(starts);
            for (Future<byte[]> key : keys) {
                assertThat(key.get()).isEqualTo(keys.getFirst().get());
            }
        }
    }

    @Test
    void a_key_that_is_none_stops_the_start_with_a_word_of_advice() throws IOException {
        assertThatThrownBy(() -> given("short")).isInstanceOf(CannotStart.class);
        Files.createDirectories(folder.resolve("data"));
        for (String text : List.of("", "zz", "00")) {
            Files.writeString(folder.resolve("data/master.key"), text);
            assertThatThrownBy(this::kept).isInstanceOf(CannotStart.class);
        }
    }
}
