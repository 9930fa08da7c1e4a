package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.House;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However it is told to stop and whatever hangs, it stops, and nothing of it stays. */
class StopBoundTest {

    private static final Path PROGRAMS = House.root().resolve("server/target/postgres-programs");

    @TempDir
    Path folder;

    private Process child(String manner) throws IOException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StopBoundChild.class.getName(),
                        folder.resolve("postgres").toString(),
                        PROGRAMS.toString(),
                        manner)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String line = "";
        while (!"ready".equals(line)) {
            line = child.inputReader().readLine();
            assertThat(line).as("the child starts").isNotNull();
        }
        return child;
    }

    private List<Long> database() throws IOException {
        Path cluster = folder.resolve("postgres/cluster").toRealPath();
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process -> {
                        try {
                            return Path.of("/proc", Long.toString(process.pid()), "cwd")
                                    .toRealPath()
                                    .equals(cluster);
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .map(ProcessHandle::pid)
                    .toList();
        }
    }

    @Test
    void what_hangs_is_cut_off_within_five_seconds_and_leaves_no_process() throws Exception {
        Process child = child("hangs");
        assertThat(database()).isNotEmpty();
        long began = System.nanoTime();
        child.destroy();
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        assertThat(took).isBetween(StopBound.ORDERLY.minusMillis(200), Duration.ofSeconds(5));
        assertThat(child.exitValue()).isEqualTo(StopBound.STATUS);
        assertThat(database()).isEmpty();
        // What was committed is there again.
        EmbeddedDatabase.durable(folder.resolve("postgres"), PROGRAMS).close();
    }

    @Test
    void an_orderly_stop_is_not_held_up() throws Exception {
        Process child = child("orderly");
        long began = System.nanoTime();
        child.destroy();
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(StopBound.ORDERLY);
        assertThat(database()).isEmpty();
    }
}
