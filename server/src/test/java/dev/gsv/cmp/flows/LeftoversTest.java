package dev.gsv.cmp.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Hands;
import dev.gsv.cmp.Harness;
import dev.gsv.cmp.catalog.Market;
import dev.gsv.cmp.catalog.Versions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flows that no version has are removed, and nothing else. */
class LeftoversTest {

    private static final byte[] BYTES = "{\"one\":1}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Hands later = new Hands(Instant.now().plus(Leftovers.GRACE).plusSeconds(60));

    private Leftovers over(Artifacts artifacts, Hands clock) {
        return new Leftovers(artifacts, Harness.shared().bean(Versions.class), clock, meters);
    }

    private static String nobodys() {
        return Artifacts.flowKey(UUID.randomUUID(), UUID.randomUUID());
    }

    @Test
    void a_flow_without_a_version_goes_after_its_grace_time_and_not_before() throws Exception {
        FileArtifacts artifacts = new FileArtifacts(folder);
        String leftover = nobodys();
        artifacts.put(leftover, BYTES);
        assertThat(over(artifacts, new Hands(Instant.now())).sweep()).isZero();
        assertThat(folder.resolve(leftover)).exists();
        Leftovers leftovers = over(artifacts, later);
        assertThat(leftovers.sweep()).isEqualTo(1);
        assertThat(folder.resolve(leftover)).doesNotExist();
        assertThat(leftovers.sweep()).isZero();
        assertThat(meters.counter("cmp.artifacts.swept").count()).isEqualTo(1);
        artifacts.put(leftover, BYTES);
        assertThat(Files.readAllBytes(folder.resolve(leftover))).isEqualTo(BYTES);
    }

    @Test
    void what_a_version_has_stays() {
        Seller seller = Seller.open();
        String offering = seller.offering();
        Seller.Bought bought = seller.sell(offering);
        Artifacts own = Harness.shared().bean(Artifacts.class);
        List<String> keys = Market.open()
                .jdbc()
                .sql("select artifact_s3_key from offering_version where offering_id = :offering")
                .param("offering", UUID.fromString(offering))
                .query(String.class)
                .list();
        assertThat(bought.instance()).isNotNull();
        String leftover = Artifacts.flowKey(UUID.fromString(offering), UUID.randomUUID());
        own.put(leftover, BYTES);
        assertThat(own.list("", 10_000))
                .extracting(Artifacts.Listed::key)
                .contains(leftover)
                .containsAll(keys);
        over(own, later).sweep();
        assertThat(own.list("", 10_000))
                .extracting(Artifacts.Listed::key)
                .doesNotContain(leftover)
                .containsAll(keys);
    }

    @Test
    void what_no_import_wrote_is_left_alone() {
        FileArtifacts artifacts = new FileArtifacts(folder);
        for (String key : List.of("flows/x/y/flow.json", "flows/" + UUID.randomUUID() + "/v1/flow.json", "other/a")) {
            artifacts.put(key, BYTES);
        }
        assertThat(over(artifacts, later).sweep()).isZero();
    }

    @Test
    void a_portion_goes_on_where_the_one_before_it_ended() {
        FileArtifacts artifacts = new FileArtifacts(folder);
        UUID offering = UUID.randomUUID();
        for (int i = 0; i < 7; i++) {
            artifacts.put(Artifacts.flowKey(i % 2 == 0 ? offering : UUID.randomUUID(), UUID.randomUUID()), BYTES);
        }
        List<String> whole =
                artifacts.list("", 100).stream().map(Artifacts.Listed::key).toList();
        assertThat(whole).hasSize(7).isSorted();
        List<String> parts = new ArrayList<>();
        for (String after = ""; ; after = parts.getLast()) {
            List<Artifacts.Listed> next = artifacts.list(after, 2);
            next.forEach(listed -> parts.add(listed.key()));
            if (next.size() < 2) {
                break;
            }
        }
        assertThat(parts).isEqualTo(whole);
    }

    @Test
    void an_object_store_is_swept_too_and_one_that_is_silent_harms_nobody() {
        try (FakeS3 store = new FakeS3()) {
            S3Artifacts artifacts = new S3Artifacts(
                    new S3ArtifactsClient(new ArtifactSettings(
                            folder, store.endpoint(), FakeS3.ACCESS, FakeS3.SECRET, FakeS3.BUCKET, "us-east-1")),
                    later);
            String leftover = nobodys();
            artifacts.put(leftover, BYTES);
            artifacts.put("elsewhere/a", BYTES);
            store.manner = FakeS3.Manner.BROKEN;
            assertThat(over(artifacts, later).sweep()).isZero();
            store.manner = FakeS3.Manner.GOOD;
            later.forward(Duration.ofDays(1));
            assertThat(over(artifacts, later).sweep()).isEqualTo(1);
            assertThat(store.objects.keySet()).containsExactly("elsewhere/a");
        }
    }
}
