package dev.gsv.cmp.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFileTest {

    @TempDir
    Path folder;

    @Test
    void what_was_written_is_read_back_by_us_and_by_a_shell() throws Exception {
        DemoFile file = new DemoFile(folder.resolve("data"));
        Map<String, String> values = new LinkedHashMap<>();
        values.put("BUYER_EMAIL", "buyer@demo.example");
        values.put("DEMO_API_KEY", "ar_sk_live_eyJ.a-b_c.d");
        values.put("CMP_URL", "http://[::1]:8000/x");
        file.write(values);
        assertThat(file.read()).isEqualTo(values);
        assertThat(shell(file.path())).isEqualTo("buyer@demo.example ar_sk_live_eyJ.a-b_c.d http://[::1]:8000/x");
    }

    private static String shell(Path file) throws IOException, InterruptedException {
        Process bash = new ProcessBuilder(
                        "bash", "-uc", ". \"$0\"; echo \"$BUYER_EMAIL $DEMO_API_KEY $CMP_URL\"", file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        bash.waitFor();
        return said;
    }

    @Test
    void only_its_owner_may_read_it_also_when_it_is_replaced() throws Exception {
        DemoFile file = new DemoFile(folder);
        file.write(Map.of("A", "1"));
        assertThat(mode(file)).isEqualTo("rw-------");
        Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-r--r--"));
        file.write(Map.of("A", "2"));
        assertThat(mode(file)).isEqualTo("rw-------");
    }

    private static String mode(DemoFile file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path()));
    }

    @Test
    void a_file_that_a_crash_left_half_written_is_not_the_file() throws Exception {
        DemoFile file = new DemoFile(folder);
        Files.writeString(folder.resolve("demo.env.new"), "A=ha");
        assertThat(file.read()).isEmpty();
        file.write(Map.of("A", "whole"));
        assertThat(file.read()).isEqualTo(Map.of("A", "whole"));
        assertThat(folder.resolve("demo.env.new")).doesNotExist();
    }

    @Test
    void lines_that_are_no_values_are_left_out() throws Exception {
        DemoFile file = new DemoFile(folder);
        Files.writeString(file.path(), "# note\n\nA=1\nB=$(reboot)\nnonsense\nC='x'\n");
        assertThat(file.read()).isEqualTo(Map.of("A", "1"));
    }

    @Test
    void a_value_that_a_shell_would_run_is_never_written() {
        DemoFile file = new DemoFile(folder);
        assertThatThrownBy(() -> file.write(Map.of("A", "$(reboot)"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> file.write(Map.of("A", "x\nB=2"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(file.path()).doesNotExist();
    }
}
