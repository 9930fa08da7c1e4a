package dev.gsv.cmp.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DATABASE_URL in the forms in which people have it. */
class DatabaseSettingsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            postgres://cmp:secret@db.example:5433/control_plane | jdbc:postgresql://db.example:5433/control_plane | cmp | secret
            postgresql://cmp:secret@db/shop?sslmode=require | jdbc:postgresql://db/shop?sslmode=require | cmp | secret
            postgres://a%40b:p%2Fq%3Ar+%25@db/shop | jdbc:postgresql://db/shop | a@b | p/q:r+%
            postgres://cmp:a:b@db/shop | jdbc:postgresql://db/shop | cmp | a:b
            postgres://cmp@db:5432 | jdbc:postgresql://db:5432/cmp | cmp | -
            postgres://db/shop | jdbc:postgresql://db/shop | - | -
            postgres://u:p@[::1]:5432/shop | jdbc:postgresql://[::1]:5432/shop | u | p
            postgres://u:p@a:1,b:2/shop?target_session_attrs=read-write | jdbc:postgresql://a:1,b:2/shop?targetServerType=primary | u | p
            postgres://u:p@db/s?application_name=a%20b&connect_timeout=3 | jdbc:postgresql://db/s?ApplicationName=a+b&connectTimeout=3 | u | p
            jdbc:postgresql://db:1/shop?user=u&password=p | jdbc:postgresql://db:1/shop?user=u&password=p | - | -
            """)
    void an_address_becomes_what_the_driver_needs(String url, String jdbc, String user, String password) {
        DatabaseSettings.Target target = DatabaseSettings.target(url);
        assertThat(target.jdbcUrl()).isEqualTo(jdbc);
        assertThat(target.user().orElse(null)).isEqualTo(user);
        assertThat(target.password().orElse(null)).isEqualTo(password);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://cmp:hunter2@db/shop",
                "postgres:cmp:hunter2@db/shop",
                "db.example:5432/hunter2",
                "postgres://cmp:hunter2%zz@db/shop",
                "postgres://cmp:hunter2@"
            })
    void a_wrong_address_is_refused_without_showing_its_password(String url) {
        assertThatThrownBy(() -> DatabaseSettings.target(url)).isInstanceOfSatisfying(CannotStart.class, refusal -> {
            assertThat(refusal.getMessage() + refusal.action()).doesNotContain("hunter2");
            assertThat(refusal.getMessage()).contains("DATABASE_URL");
        });
    }

    @Test
    void without_an_address_the_database_is_embedded() {
        assertThat(settings("  ").embedded()).isTrue();
        assertThat(settings("postgres://db/shop").embedded()).isFalse();
    }

    private static DatabaseSettings settings(String url) {
        Duration second = Duration.ofSeconds(1);
        return new DatabaseSettings(Path.of("data"), url, "", false, false, 16, second, second, second, second);
    }
}
