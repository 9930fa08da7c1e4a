package dev.gsv.cmp.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DemoSettingsTest {

    @Test
    void our_own_database_is_seeded_unless_somebody_says_no() {
        assertThat(settings("", true, true).on()).isTrue();
        assertThat(settings("true", true, true).on()).isTrue();
        assertThat(settings("false", true, true).on()).isFalse();
    }

    @Test
    void a_database_of_somebody_s_own_is_seeded_only_when_asked_for() {
        assertThat(settings("", false, true).on()).isFalse();
        assertThat(settings("false", false, true).on()).isFalse();
        assertThat(settings("true", false, true).on()).isTrue();
    }

    @Test
    void people_of_another_issuer_get_no_demo_unless_asked_for() {
        assertThat(settings("", true, false).on()).isFalse();
        assertThat(settings("true", true, false).on()).isTrue();
    }

    @Test
    void a_word_that_is_neither_yes_nor_no_stops_the_start() {
        assertThatThrownBy(() -> settings("no", true, true)).hasMessageContaining("CMP_DEMO");
    }

    private static DemoSettings settings(String wanted, boolean embedded, boolean ownIssuer) {
        return new DemoSettings(wanted, embedded, ownIssuer, Path.of("data"), "cmp-admin");
    }
}
