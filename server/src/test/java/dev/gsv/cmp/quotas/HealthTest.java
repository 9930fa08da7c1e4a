package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.access.Signed;
import dev.gsv.cmp.kit.EmbeddedDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The health of quotas when their storage goes away. */
@Timeout(120)
class HealthTest {

    @TempDir
    Path folder;

    @Test
    void r12_health_says_503_and_error_while_the_database_is_down() throws Exception {
        EmbeddedDatabase database = EmbeddedDatabase.durable(folder);
        database.createDatabase("cmp");
        try (Harness node = Harness.start(Map.of("DATABASE_URL", database.url("cmp")))) {
            Api operator = Signed.in(node, "cmp-admin").api();
            Api.Reply well = operator.get(Counter.BASE + "/health").expect(200);
            assertThat(well.at("/status")).isEqualTo("ok");
            assertThat(well.at("/postgresql")).isEqualTo("ready");
            database.close();
            for (int i = 0; i < 2; i++) {
                Api.Reply down = operator.get(Counter.BASE + "/health").expect(503);
                assertThat(down.at("/status")).isEqualTo("error");
                assertThat(down.at("/service")).isEqualTo("control_plane");
                assertThat(down.at("/postgresql")).isNotEqualTo("ready");
            }
            operator.get(Counter.BASE + "/policies/quota").expect(503);
        }
    }
}
