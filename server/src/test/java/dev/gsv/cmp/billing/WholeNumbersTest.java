package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** RD-01: amounts are whole numbers of the smallest unit everywhere. That the code has no others is TidyTest's. */
class WholeNumbersTest {

    @Test
    void rd_01_no_column_is_a_floating_point_number_and_every_amount_is_a_bigint() {
        JdbcClient jdbc = JdbcClient.create(Stage.shared().database().dataSource());
        assertThat(jdbc.sql("""
                                select table_name || '.' || column_name from information_schema.columns
                                where table_schema = 'public' and data_type in ('real', 'double precision', 'money')
                                """).query(String.class).list())
                .as("floating point in the database")
                .isEmpty();
        List<String> amounts = jdbc.sql("""
                        select table_name || '.' || column_name || ' ' || data_type from information_schema.columns
                        where table_schema = 'public' and column_name ~ '_micros?$'
                        """).query(String.class).list();
        assertThat(amounts)
                .hasSizeGreaterThan(20)
                .allMatch(column -> column.endsWith(" bigint")
                        || column.endsWith(".grant_micros ARRAY")
                        || column.startsWith("entry."));
    }

    @Test
    void rd_01_a_number_of_json_is_read_to_its_last_place() {
        for (String amount : List.of("8999999999.999999", "0.000001", "0.1", "0.3", "123456789.012345")) {
            Credits read = Json.mapper().readValue(amount, Credits.class);
            assertThat(read.decimal().toPlainString()).isEqualTo(amount);
            assertThat(Json.mapper().writeValueAsString(read)).isEqualTo(amount);
        }
        Credits tenths = Credits.ZERO;
        for (int i = 0; i < 3; i++) {
            tenths = tenths.plus(Json.mapper().readValue("0.1", Credits.class));
        }
        assertThat(tenths).isEqualTo(Json.mapper().readValue("0.3", Credits.class));
    }
}
