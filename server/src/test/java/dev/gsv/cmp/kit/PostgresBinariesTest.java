package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PostgreSQL for the machine: which one, and what is said where there is none. */
class PostgresBinariesTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, /postgres-linux-x86_64.txz",
        "Linux, aarch64, /postgres-linux-arm_64.txz",
        "Mac OS X, x86_64, /postgres-darwin-x86_64.txz",
        "Mac OS X, aarch64, /postgres-darwin-arm_64.txz"
    })
    void each_platform_has_its_programs(String name, String arch, String resource) {
        assertThat(PostgresBinaries.resource(name, arch)).isEqualTo(resource);
    }

    @Test
    void this_build_carries_those_of_this_machine() {
        String resource = PostgresBinaries.resource(System.getProperty("os.name"), System.getProperty("os.arch"));
        assertThat(PostgresBinaries.class.getResource(resource)).as(resource).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"Linux, riscv64", "Windows 11, amd64", "FreeBSD, s390x"})
    void on_any_other_platform_it_says_to_set_database_url(String name, String arch) {
        assertThatThrownBy(() -> PostgresBinaries.in(folder, name, arch))
                .isInstanceOfSatisfying(CannotStart.class, e -> {
                    assertThat(e).hasMessageContaining(arch.equals("amd64") ? "windows" : arch);
                    assertThat(e.action()).contains("DATABASE_URL=postgres://");
                })
                .isInstanceOf(CannotStart.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void programs_that_unpack_at_the_same_time_do_not_disturb_each_other() {
        List<CompletableFuture<PostgresBinaries>> both = Stream.generate(() ->
                        CompletableFuture.supplyAsync(() -> PostgresBinaries.in(folder), Thread::startVirtualThread))
                .limit(2)
                .toList();
        both.forEach(CompletableFuture::join);
        assertThat(folder.toFile().list()).singleElement().asString().startsWith("postgresql-");
    }
}
