package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.kit.CannotStart;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.KitProblem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class S3ArtifactsTest {
    private static final byte[] ONE = "{\"one\":1}".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TWO = "{\"two\":2}".getBytes(StandardCharsets.UTF_8);

    private final FakeS3 fake = new FakeS3();
    private final Ticking clock = new Ticking();
    private final S3ArtifactsClient client = new S3ArtifactsClient(new ArtifactSettings(
            Path.of("unused"), fake.endpoint(), FakeS3.ACCESS, FakeS3.SECRET, FakeS3.BUCKET, "us-east-1"));
    private final S3Artifacts artifacts = new S3Artifacts(client, clock);
    private final String key = Artifacts.flowKey(UUID.randomUUID(), UUID.randomUUID());

    private static final class Ticking extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        void after(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @AfterEach
    void close() {
        client.close();
        fake.close();
    }

    @Test
    void what_is_put_is_read_back_byte_for_byte_and_written_only_if_the_key_is_free() {
        Artifacts.Stored stored = artifacts.put(key, ONE);
        assertThat(artifacts.read(key, stored.sha256())).isEqualTo(ONE);
        assertThat(fake.objects).containsOnlyKeys(key);
        assertThat(fake.requests)
                .filteredOn(request -> request.method().equals("PUT"))
                .singleElement()
                .satisfies(request -> {
                    assertThat(request.ifNoneMatch()).isEqualTo("*");
                    assertThat(request.path()).isEqualTo("/" + FakeS3.BUCKET + "/" + key);
                    assertThat(request.authorization()).startsWith("AWS4-HMAC-SHA256 Credential=" + FakeS3.ACCESS);
                });
    }

    @Test
    void the_same_bytes_again_are_a_success_and_other_bytes_change_nothing() {
        artifacts.put(key, ONE);
        artifacts.put(key, ONE);
        assertThatThrownBy(() -> artifacts.put(key, TWO)).isInstanceOf(FlowsProblem.ArtifactTaken.class);
        assertThat(fake.objects.get(key)).isEqualTo(ONE);
    }

    @Test
    void a_store_that_forgets_conditions_is_asked_before_it_could_overwrite() {
        fake.manner = FakeS3.Manner.OVERWRITES;
        artifacts.put(key, ONE);
        assertThatThrownBy(() -> artifacts.put(key, TWO)).isInstanceOf(FlowsProblem.ArtifactTaken.class);
        assertThat(fake.objects.get(key)).isEqualTo(ONE);
    }

    @Test
    void when_another_writer_comes_between_its_bytes_stay() {
        fake.objects.put(key, TWO);
        assertThat(client.create(key, ONE)).isFalse();
        assertThat(fake.objects.get(key)).isEqualTo(TWO);
    }

    @Test
    void a_tampered_object_is_never_given_out_and_is_noticed_before_a_run() {
        String sha256 = artifacts.put(key, ONE).sha256();
        artifacts.read(key, sha256);
        fake.objects.put(key, TWO);
        assertThatThrownBy(() -> artifacts.read(key, sha256)).isInstanceOf(FlowsProblem.ArtifactMismatch.class);
        fake.objects.put(key, ONE);
        artifacts.read(key, sha256);
        fake.objects.put(key, TWO);
        clock.after(S3Artifacts.BELIEVED_FOR);
        assertThatThrownBy(() -> artifacts.verify(key, sha256)).isInstanceOf(FlowsProblem.ArtifactMismatch.class);
    }

    @Test
    void many_runs_share_one_question_to_the_store() {
        String sha256 = artifacts.put(key, ONE).sha256();
        artifacts.read(key, sha256);
        long before = fake.requests.size();
        for (int i = 0; i < 100; i++) {
            artifacts.verify(key, sha256);
        }
        assertThat(fake.requests).hasSize((int) before);
        clock.after(S3Artifacts.BELIEVED_FOR);
        artifacts.verify(key, sha256);
        artifacts.verify(key, sha256);
        assertThat(fake.requests).hasSize((int) before + 1);
    }

    @Test
    void while_the_store_is_down_verified_flows_go_on_and_others_do_not() {
        String sha256 = artifacts.put(key, ONE).sha256();
        artifacts.read(key, sha256);
        clock.after(S3Artifacts.BELIEVED_FOR);
        fake.manner = FakeS3.Manner.FORBIDDEN;
        artifacts.verify(key, sha256);
        assertThatThrownBy(() -> artifacts.verify(key, Json.sha256(TWO))).isInstanceOf(KitProblem.Unavailable.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = FakeS3.Manner.class,
            names = {"BROKEN", "FORBIDDEN", "NO_BUCKET"})
    void a_store_that_fails_is_unavailable(FakeS3.Manner manner) {
        fake.manner = manner;
        assertThatThrownBy(() -> artifacts.put(key, ONE)).isInstanceOf(KitProblem.Unavailable.class);
        assertThatThrownBy(() -> artifacts.read(key, Json.sha256(ONE))).isInstanceOf(KitProblem.Unavailable.class);
    }

    @Test
    void a_page_in_place_of_an_object_has_the_wrong_hash() {
        fake.manner = FakeS3.Manner.HTML;
        assertThatThrownBy(() -> artifacts.read(key, Json.sha256(ONE)))
                .isInstanceOf(FlowsProblem.ArtifactMismatch.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = FakeS3.Manner.class,
            names = {"SILENT", "DRIPPING"})
    void a_slow_store_is_given_up_within_the_limit_of_a_call(FakeS3.Manner manner) {
        fake.manner = manner;
        long before = System.nanoTime();
        assertThatThrownBy(() -> artifacts.read(key, Json.sha256(ONE))).isInstanceOf(KitProblem.Unavailable.class);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isLessThan(S3ArtifactsClient.CALL_TIMEOUT.plusSeconds(3));
    }

    @Test
    void what_is_not_there_is_missing() {
        assertThatThrownBy(() -> artifacts.read(key, Json.sha256(ONE)))
                .isInstanceOf(FlowsProblem.ArtifactMissing.class);
    }

    @Test
    void the_secret_is_in_no_log_and_in_no_text_of_the_settings(CapturedOutput output) {
        fake.manner = FakeS3.Manner.FORBIDDEN;
        assertThatThrownBy(() -> artifacts.put(key, ONE)).hasMessageNotContaining(FakeS3.SECRET);
        ArtifactSettings settings = new ArtifactSettings(
                Path.of("unused"), fake.endpoint(), FakeS3.ACCESS, FakeS3.SECRET, FakeS3.BUCKET, "us-east-1");
        assertThat(settings.toString()).doesNotContain(FakeS3.SECRET).doesNotContain(FakeS3.ACCESS);
        assertThat(output.getAll()).doesNotContain(FakeS3.SECRET);
    }

    @Test
    void half_a_configuration_stops_the_start_with_a_sentence() {
        assertThatThrownBy(() ->
                        new ArtifactSettings(Path.of("x"), "http://localhost:9000", "key", "", "bucket", "us-east-1"))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("S3_SECRET_KEY");
        assertThatThrownBy(() -> new ArtifactSettings(Path.of("x"), "minio:9000", "key", "secret", "b", "r"))
                .isInstanceOf(CannotStart.class);
    }
}
