package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;

/**
 * {@code verify-ledger}: recomputes the ledger of an installation from its first line, beside the program that runs
 * over it or without one, and says which row is the first that is wrong.
 */
public final class VerifyLedger {

    public static final String COMMAND = "verify-ledger";

    /** The ledger is right. */
    static final int RIGHT = 0;
    /** A row is wrong. */
    static final int WRONG = 1;
    /** It could not be found out. */
    static final int UNKNOWN = 2;

    private static final Duration WORD = Duration.ofSeconds(1);

    /** Joins what runs, changes nothing, and keeps its log for trouble. */
    private static final List<String> QUIET = List.of(
            "--cmp.database.attach=true",
            "--CMP_LOG=text",
            "--logging.level.root=warn",
            "--logging.level.dev.gsv.cmp=warn",
            "--spring.main.banner-mode=off");

    private VerifyLedger() {}

    /** No {@code @Configuration}: the program's own scan must pass it by. */
    @ComponentScan(
            basePackages = {"dev.gsv.cmp.billing", "dev.gsv.cmp.kit"},
            useDefaultFilters = false,
            includeFilters =
                    @ComponentScan.Filter(
                            type = FilterType.REGEX,
                            pattern = {
                                "dev\\.gsv\\.cmp\\.kit\\.(DatabaseConfig|Outage)",
                                "dev\\.gsv\\.cmp\\.billing\\.(Verifier|ReplayStore|SealStore|WalletStore)"
                            }))
    @ImportAutoConfiguration({
        JdbcTemplateAutoConfiguration.class,
        JdbcClientAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class
    })
    static class Rooms {
        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }
    }

    /**
     * What was asked for.
     *
     * @param wallet the id of the only one; null for all
     * @param anchor whether an anchor shall be written
     * @param against the file of an anchor to compare with
     */
    private record Wanted(
            @Nullable String wallet,
            boolean anchor,
            @Nullable String against) {
        /** Null when the arguments make no sense. */
        static @Nullable Wanted of(String... args) {
            String wallet = null;
            boolean anchor = false;
            String against = null;
            for (int i = 0; i < args.length; i++) {
                if (args[i].equals("--anchor")) {
                    anchor = true;
                } else if (args[i].equals("--against") && i + 1 < args.length) {
                    against = args[++i];
                } else if (wallet == null && args[i].matches("[0-9a-fA-F-]{32,36}")) {
                    wallet = args[i];
                } else {
                    return null;
                }
            }
            return new Wanted(wallet, anchor, against);
        }
    }

    /**
     * Runs the command.
     *
     * @param args nothing, or the id of a wallet; {@code --anchor} writes an anchor to the standard output;
     *     {@code --against FILE} also compares with one
     * @return the exit code: 0 right, 1 wrong, 2 not found out
     */
    public static int run(String... args) {
        return run(
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                List.of(),
                args);
    }

    /** @param settings as the program itself takes them: {@code --DATABASE_URL=…} */
    static int run(PrintStream out, PrintStream err, List<String> settings, String... args) {
        Wanted wanted = Wanted.of(args);
        if (wanted == null) {
            err.println("usage: cmp verify-ledger [WALLET-ID] [--anchor] [--against FILE]");
            return UNKNOWN;
        }
        Anchor against = Anchor.NONE;
        try {
            against = wanted.against() == null ? against : Anchor.parse(Files.readString(Path.of(wanted.against())));
        } catch (IOException | Anchor.Unreadable e) {
            err.println("The anchor " + wanted.against() + " cannot be used: " + e.getMessage());
            return UNKNOWN;
        }
        SpringApplication application = new SpringApplication(Rooms.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setLogStartupInfo(false);
        List<String> all = new ArrayList<>(QUIET);
        all.addAll(settings);
        try (ConfigurableApplicationContext context = application.run(all.toArray(String[]::new))) {
            Verifier verifier = context.getBean(Verifier.class);
            if (!verifier.migrated()) {
                err.println("The ledger of this database has no chain yet: start CMP of this version over it first.");
                return UNKNOWN;
            }
            OrgId only = wanted.wallet() == null ? null : owner(context.getBean(WalletStore.class), wanted.wallet());
            Instant taken = Clock.systemUTC().instant();
            List<Anchor.Mark> marks = new ArrayList<>();
            int code = print(wanted.anchor() ? err : out, verifier.verify(only, against, marks::add, progress(err)));
            if (wanted.against() != null && code == RIGHT) {
                err.println("Nothing before the anchor has changed: "
                        + against.marks().size() + " wallets in it.");
            }
            if (wanted.anchor() && code == RIGHT) {
                out.print(Anchor.text(taken, marks));
            }
            return code;
        } catch (KitProblem e) {
            err.println(e.getMessage());
            return UNKNOWN;
        } catch (RuntimeException e) {
            // What the operator can mend was printed at the start already.
            err.println("The ledger could not be verified: " + e.getMessage());
            return UNKNOWN;
        }
    }

    private static OrgId owner(WalletStore wallets, String id) {
        return wallets.owner(Ids.parse(id)).orElseThrow(() -> new KitProblem.NotFound("wallet"));
    }

    private static Predicate<Verifier.Progress> progress(PrintStream err) {
        Clock clock = Clock.systemUTC();
        Instant[] next = {clock.instant().plus(WORD)};
        return progress -> {
            if (clock.instant().isAfter(next[0])) {
                next[0] = clock.instant().plus(WORD);
                err.println("  … " + progress.wallets() + " wallets, " + progress.entries() + " lines");
            }
            return true;
        };
    }

    private static int print(PrintStream out, Verifier.Outcome outcome) {
        out.println(outcome.wallets() + " wallets, " + outcome.entries() + " lines, " + outcome.sealed()
                + " of them sealed");
        if (outcome.broken() == 0) {
            out.println("The ledger is right. Fingerprint: " + outcome.fingerprint());
            return RIGHT;
        }
        out.println("The ledger is WRONG in " + outcome.broken() + " wallets. The first wrong row of each:");
        outcome.findings().forEach(finding -> out.println("  " + finding.sentence()));
        if (outcome.broken() > outcome.findings().size()) {
            out.println("  … and " + (outcome.broken() - outcome.findings().size()) + " more");
        }
        out.println("What to do: docs/guides/operators.md, \"Is the ledger right?\"");
        return WRONG;
    }
}
