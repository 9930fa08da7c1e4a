package dev.gsv.cmp.billing;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code verify-ledger} over any database, for tests of other rooms. */
public final class Verified {
    private Verified() {}

    /** What it said when the ledger is not right; empty when it is. */
    public static String wrong(String databaseUrl) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        List<String> settings = List.of("--DATABASE_URL=" + databaseUrl, "--cmp.database.allow-losing-commits=true");
        return VerifyLedger.run(out, out, settings) == VerifyLedger.RIGHT ? "" : said.toString(StandardCharsets.UTF_8);
    }
}
