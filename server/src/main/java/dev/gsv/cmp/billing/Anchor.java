package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.orgs.OrgId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far each chain reached at some time, for somebody outside to keep: who can write to the database can compute
 * every chain anew, but cannot change what was written down elsewhere. The file's form is in
 * {@code docs/adr/0011-hash-chain.md}.
 */
record Anchor(Map<OrgId, Mark> marks) {

    /** Nothing to compare with. */
    static final Anchor NONE = new Anchor(Map.of());

    private static final String FORM = "cmp-ledger-anchor 1";
    private static final String ROOT = "root ";
    private static final Pattern WALLET =
            Pattern.compile("wallet ([0-9a-f-]{36}) ([0-9a-f-]{36}) ([1-9][0-9]{0,17}) ([0-9a-f]{64})");

    /**
     * One wallet.
     *
     * @param lines how many lines of it are covered, from the first
     * @param digest of the last of them
     */
    record Mark(OrgId org, UUID wallet, long lines, String digest) {
        private String text() {
            return "wallet %s %s %d %s\n".formatted(wallet, org, lines, digest);
        }
    }

    /** It is no anchor, or it was changed. */
    static final class Unreadable extends RuntimeException {
        Unreadable(String message) {
            super(message);
        }
    }

    /** The file. Its last line is the digest of all before it: whoever keeps that line alone can prove the file. */
    static String text(Instant taken, Collection<Mark> marks) {
        StringBuilder text =
                new StringBuilder(FORM).append("\ntaken ").append(taken).append('\n');
        marks.forEach(mark -> text.append(mark.text()));
        String root = sha256(text.toString());
        return text.append(ROOT).append(root).append('\n').toString();
    }

    /** @throws Unreadable when it is no anchor, or was changed since it was written */
    static Anchor parse(String file) {
        String text = file.replace("\r\n", "\n").strip() + "\n";
        int root = text.lastIndexOf("\n" + ROOT) + 1;
        if (!text.startsWith(FORM + "\n") || root == 0) {
            throw new Unreadable("this is no whole anchor: it begins with \"" + FORM + "\" and ends with \"root …\"");
        }
        if (!text.substring(root).strip().equals(ROOT + sha256(text.substring(0, root)))) {
            throw new Unreadable("its last line is not the digest of what stands before it");
        }
        Map<OrgId, Mark> marks = new LinkedHashMap<>();
        text.substring(0, root).lines().skip(2).forEach(line -> {
            Matcher wallet = WALLET.matcher(line);
            if (!wallet.matches()) {
                throw new Unreadable("this line says nothing about a wallet: " + line);
            }
            OrgId org = new OrgId(Ids.parse(wallet.group(2)));
            marks.put(org, new Mark(org, Ids.parse(wallet.group(1)), Long.parseLong(wallet.group(3)), wallet.group(4)));
        });
        return new Anchor(marks);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
