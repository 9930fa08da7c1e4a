package dev.gsv.cmp.runs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs that have ended and whose settlement the database did not take: a file each, forced to disk before the answer
 * leaves, so that it survives the process. Losing the disk as well costs the platform, never the customer: the hold
 * expires and the run is abandoned without a charge.
 */
@Component
class Unsettled {

    /** A run to be closed later. */
    record Late(Opened run, Ending ending, @Nullable String body) {}

    /** Files that one node keeps; beyond it the database has been gone for long and holds expire anyway. */
    static final int MAX_FILES = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Unsettled.class);
    private static final String ENDING = ".json";

    private final Path folder;
    private final JsonMapper mapper;

    Unsettled(RunSettings settings, JsonMapper mapper) {
        this.folder = settings.unsettled();
        this.mapper = mapper;
    }

    /** False when it could not be written down: then the customer is not charged for it. */
    boolean keep(Late late) {
        try {
            Files.createDirectories(folder);
            if (files(MAX_FILES).size() >= MAX_FILES) {
                LOG.error(
                        "run {} is lost to reconciliation: {} files wait already",
                        late.run().run(),
                        MAX_FILES);
                return false;
            }
            byte[] bytes = mapper.writeValueAsString(late).getBytes(StandardCharsets.UTF_8);
            Path draft = folder.resolve(late.run().run() + ".tmp");
            try (FileChannel file = FileChannel.open(
                    draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    file.write(buffer);
                }
                file.force(true);
            }
            Files.move(draft, folder.resolve(late.run().run() + ENDING), StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            LOG.error("run {} is lost to reconciliation", late.run().run(), e);
            return false;
        }
    }

    /** What waits, at most so many. */
    List<Late> waiting(int atMost) {
        List<Late> found = new ArrayList<>();
        for (Path file : files(atMost)) {
            try {
                found.add(mapper.readValue(Files.readString(file), Late.class));
            } catch (IOException | JacksonException e) {
                LOG.error("{} cannot be read and is left alone", file, e);
            }
        }
        return found;
    }

    void settled(Late late) {
        try {
            Files.deleteIfExists(folder.resolve(late.run().run() + ENDING));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts aside what can never be settled, for the operator to look at, so that others do not wait behind it. */
    void refused(Late late) {
        try {
            Path aside = Files.createDirectories(folder.resolve("refused"));
            String name = late.run().run() + ENDING;
            Files.move(folder.resolve(name), aside.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> files(int atMost) {
        List<Path> found = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + ENDING)) {
            for (Path file : all) {
                if (found.size() == atMost) {
                    break;
                }
                found.add(file);
            }
        } catch (IOException e) {
            LOG.error("{} cannot be read", folder, e);
        }
        return found;
    }
}
