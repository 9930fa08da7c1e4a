package dev.gsv.cmp.billing;

import static dev.gsv.cmp.billing.Scene.scene;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gsv.cmp.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who has every right can compute a chain anew; who holds an anchor of it notices. */
class AnchorTest {

    private static final String RESEAL = "delete from wallet_seal where org_id = :org";

    @TempDir
    Path folder;

    private final Stage stage = Stage.over(Database.fresh());
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Scene w;

    /** A wallet with a top-up and nine runs of a credit, and another that stays as it is. */
    @BeforeEach
    void sealed() {
        scene(stage, 7);
        w = scene(stage, 100);
        for (int i = 0; i < 9; i++) {
            w.settle(w.hold(2), 1);
        }
        seal();
    }

    private void seal() {
        JdbcClient jdbc = JdbcClient.create(stage.database().dataSource());
        new Seals(new SealStore(jdbc), Clock.systemUTC(), new SimpleMeterRegistry()).seal();
    }

    private int command(String... args) {
        out.reset();
        err.reset();
        return VerifyLedger.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                List.of("--DATABASE_URL=" + stage.database().url(), "--cmp.database.allow-losing-commits=true"),
                args);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private Path anchor() throws IOException {
        assertThat(command("--anchor")).isEqualTo(VerifyLedger.RIGHT);
        return Files.writeString(folder.resolve("anchor"), said());
    }

    private int against(Path anchor) {
        return command("--against", anchor.toString());
    }

    /** Line 5 costs a credit more, and everything that follows from it is made to fit. */
    private void rewrite() {
        ChainTest.tamper(
                w,
                "update transfer set amount_micros = 2000000 where org_id = :org and seq = 5",
                "update transfer set grant_micros = '{2000000}' where org_id = :org and seq = 5",
                "update transfer set balance_micros = balance_micros - 1000000 where org_id = :org and seq >= 5",
                "update credit_grant set remaining_micros = remaining_micros - 1000000 where org_id = :org",
                "update wallet set posted_micros = posted_micros - 1000000 where org_id = :org",
                RESEAL);
        seal();
    }

    @Test
    void a_chain_that_was_computed_anew_passes_without_an_anchor_and_fails_with_it() throws IOException {
        Path anchor = anchor();
        assertThat(against(anchor)).isEqualTo(VerifyLedger.RIGHT);
        rewrite();
        assertThat(command()).as("every amount and every digest fits").isEqualTo(VerifyLedger.RIGHT);
        assertThat(against(anchor)).isEqualTo(VerifyLedger.WRONG);
        assertThat(said()).contains("line 10 of wallet " + w.wallet().walletId(), "(the anchor)");
    }

    @Test
    void what_is_added_behind_an_anchor_is_no_change_before_it() throws IOException {
        Path anchor = anchor();
        w.settle(w.hold(3), 3);
        seal();
        scene(stage, 5);
        assertThat(against(anchor)).isEqualTo(VerifyLedger.RIGHT);
    }

    @Test
    void blocks_that_are_gone_do_not_hide_a_change() throws IOException {
        Path anchor = anchor();
        ChainTest.tamper(w, "update transfer set reference = 'another' where org_id = :org and seq = 3", RESEAL);
        assertThat(command()).isEqualTo(VerifyLedger.RIGHT);
        assertThat(against(anchor)).isEqualTo(VerifyLedger.WRONG);
    }

    @Test
    void lines_and_wallets_that_are_gone_are_missed() throws IOException {
        Path anchor = anchor();
        ChainTest.tamper(
                w,
                "delete from transfer where org_id = :org and seq = 10",
                "update wallet set last_seq = 9, posted_micros = posted_micros + 1000000 where org_id = :org",
                "update credit_grant set remaining_micros = remaining_micros + 1000000 where org_id = :org",
                RESEAL);
        seal();
        assertThat(command()).isEqualTo(VerifyLedger.RIGHT);
        assertThat(against(anchor)).isEqualTo(VerifyLedger.WRONG);
        assertThat(said()).contains("line 10 of wallet", "missing");
        for (String table : List.of("transfer", "wallet_seal", "credit_grant", "hold", "reservation", "wallet")) {
            ChainTest.tamper(w, "delete from " + table + " where org_id = :org");
        }
        assertThat(command()).isEqualTo(VerifyLedger.RIGHT);
        assertThat(against(anchor)).isEqualTo(VerifyLedger.WRONG);
        assertThat(said()).contains("a wallet with 10 lines (the anchor)");
    }

    @Test
    void an_anchor_that_was_changed_or_cut_short_is_no_anchor() throws IOException {
        String text = Files.readString(anchor());
        assertThat(text).startsWith("cmp-ledger-anchor 1\ntaken 20").containsPattern("\nroot [0-9a-f]{64}\n$");
        assertThat(Anchor.parse(text).marks()).hasSize(2);
        assertThat(Anchor.parse(text.replace("\n", "\r\n"))).isEqualTo(Anchor.parse(text));
        for (String other : List.of(
                "",
                "x",
                text.replaceFirst(" 10 ", " 11 "),
                text.replaceFirst("\nwallet .*", ""),
                text.substring(0, text.indexOf("root ")))) {
            assertThatThrownBy(() -> Anchor.parse(other)).isInstanceOf(Anchor.Unreadable.class);
            assertThat(against(Files.writeString(folder.resolve("other"), other)))
                    .isEqualTo(VerifyLedger.UNKNOWN);
        }
        assertThat(against(folder.resolve("nowhere"))).isEqualTo(VerifyLedger.UNKNOWN);
        assertThat(command("--against")).isEqualTo(VerifyLedger.UNKNOWN);
        assertThat(command("--ancor")).isEqualTo(VerifyLedger.UNKNOWN);
    }

    @Test
    void a_wrong_ledger_gives_no_anchor_and_one_wallet_can_be_anchored_alone() throws IOException {
        String wallet = w.wallet().walletId().toString();
        assertThat(command(wallet, "--anchor")).isEqualTo(VerifyLedger.RIGHT);
        assertThat(Anchor.parse(said()).marks()).containsOnlyKeys(w.org);
        Path own = Files.writeString(folder.resolve("own"), said());
        assertThat(command(wallet, "--against", own.toString())).isEqualTo(VerifyLedger.RIGHT);
        ChainTest.tamper(w, "update transfer set amount_micros = 2000000 where org_id = :org and seq = 5");
        assertThat(command("--anchor")).isEqualTo(VerifyLedger.WRONG);
        assertThat(said()).isEmpty();
    }
}
