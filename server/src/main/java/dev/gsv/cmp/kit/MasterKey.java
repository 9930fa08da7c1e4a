package dev.gsv.cmp.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * The one key under which everything secret lies in the database: from {@code SECRET_KEY}, else a random one in
 * {@code $CMP_DATA/master.key} (mode 600). All nodes over one database need the same. Losing it loses the secrets.
 */
@Component
public final class MasterKey {

    /** A seal that does not open: another master key, another purpose, or changed bytes. */
    public static final class DoesNotOpen extends RuntimeException {
        DoesNotOpen(Throwable cause) {
            super("sealed with another master key, or damaged", cause);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(MasterKey.class);
    private static final int MIN_SECRET_LENGTH = 16;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecureRandom random = new SecureRandom();
    private final byte[] master;

    public MasterKey(Environment environment) {
        String secret = environment.getProperty("cmp.secret-key", "");
        master = secret.isBlank()
                ? kept(Path.of(environment.getProperty("cmp.data", "./data")).resolve("master.key"))
                : given(secret);
    }

    private static byte[] given(String secret) {
        if (secret.length() < MIN_SECRET_LENGTH) {
            throw new CannotStart(
                    "SECRET_KEY has fewer than " + MIN_SECRET_LENGTH + " characters.",
                    "Make one with: openssl rand -hex 32");
        }
        return secret.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] kept(Path file) {
        try {
            if (!Files.exists(file)) {
                create(file);
            }
            byte[] key = HexFormat.of().parseHex(Files.readString(file).strip());
            if (key.length != KEY_BYTES) {
                throw new IllegalArgumentException(key.length + " bytes");
            }
            return key;
        } catch (IllegalArgumentException e) {
            throw new CannotStart(
                    file + " is not a master key.", "Restore it from a backup: without it, kept secrets are lost.", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void create(Path file) throws IOException {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        Files.createDirectories(file.toAbsolutePath().getParent());
        // Written aside and moved, so that a crash never leaves half a key under this name.
        Path aside = Files.createTempFile(
                file.toAbsolutePath().getParent(),
                "master",
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(aside, HexFormat.of().formatHex(key) + "\n", StandardOpenOption.SYNC);
            Files.createLink(file, aside);
            log.info("Made a master key in {}: include it in backups", file);
        } catch (FileAlreadyExistsException e) {
            log.debug("another process made the master key first", e);
        } finally {
            Files.delete(aside);
        }
    }

    /** 32 bytes for one purpose; the same on every node. Another purpose gives unrelated bytes. */
    public byte[] derive(String purpose) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(master)
                            .thenExpand(("cmp:" + purpose).getBytes(StandardCharsets.UTF_8), KEY_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("JDK 25 has HKDF", e);
        }
    }

    /** Encrypts and binds to a purpose: sealed for one row, it does not open in another. AES-256-GCM. */
    public byte[] seal(byte[] clear, String purpose) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, purpose).doFinal(clear);
            byte[] result = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, result, NONCE_BYTES, sealed.length);
            return result;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /**
     * The opposite of {@link #seal}.
     *
     * @throws DoesNotOpen when the bytes were sealed with another key or for another purpose
     */
    public byte[] open(byte[] sealed, String purpose) {
        try {
            if (sealed.length < NONCE_BYTES) {
                throw new GeneralSecurityException("too short");
            }
            byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
            return cipher(Cipher.DECRYPT_MODE, nonce, purpose)
                    .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new DoesNotOpen(e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String purpose) throws GeneralSecurityException {
        SecretKey key = new SecretKeySpec(derive("seal"), "AES");
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
