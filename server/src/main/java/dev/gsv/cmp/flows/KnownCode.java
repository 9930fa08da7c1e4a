package dev.gsv.cmp.flows;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/**
 * The component sources that Langflow's releases carry, by their full SHA-256 and by nothing else: type and name of a
 * node are whatever the file says. To be on this list spares a human review; it never makes anything run.
 */
final class KnownCode {
    private static final String RESOURCE = "/flows/known-components.txt";
    private static final int HEX = 64;

    private static final class Loaded {
        static final Set<String> HASHES = read();
    }

    private KnownCode() {}

    static boolean contains(String sha256) {
        return Loaded.HASHES.contains(sha256);
    }

    static int size() {
        return Loaded.HASHES.size();
    }

    private static Set<String> read() {
        try (InputStream in = KnownCode.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the jar");
            }
            Set<String> hashes = new HashSet<>();
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.length() == HEX && !line.startsWith("#")) {
                    hashes.add(line);
                }
            }
            return Collections.unmodifiableSet(hashes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
