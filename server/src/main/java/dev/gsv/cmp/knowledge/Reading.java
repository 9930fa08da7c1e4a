package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.knowledge.Unreadable.Reason;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a document within a deadline, on a thread of its own: the parsers meet hostile files. A thread that does not
 * end when it is told to is given up and counted; while too many of them live, nothing more is read on this node.
 */
final class Reading {
    private static final Logger LOG = LoggerFactory.getLogger(Reading.class);

    /** Longest reading of one document: section 9 of the control plane contract. */
    static final Duration DEADLINE = Duration.ofSeconds(60);
    /** Most characters of one document. */
    static final int MAX_CHARACTERS = 5_000_000;
    /** Threads that read or hang, on one node. */
    static final int MAX_THREADS = 4;

    /** What reads; a test puts a hostile one in its place. */
    @FunctionalInterface
    interface Reader {
        Extract read(Format format, byte[] bytes) throws Exception;
    }

    private final Reader reader;
    private final Duration deadline;
    private final Semaphore threads = new Semaphore(MAX_THREADS);

    Reading(Reader reader, Duration deadline) {
        this.reader = reader;
        this.deadline = deadline;
    }

    /** The readers of all formats. */
    static Extract parse(Format format, byte[] bytes) throws Unreadable {
        return switch (format) {
            case MARKDOWN, TEXT -> PlainReader.read(bytes);
            case CSV -> CsvReader.read(bytes);
            case HTML -> HtmlReader.read(bytes);
            case PDF -> PdfReader.read(bytes);
            case DOCX, PPTX, XLSX -> OfficeReader.read(format, bytes);
            case EML -> EmlReader.read(bytes);
        };
    }

    /**
     * The text of a document.
     *
     * @throws Unreadable when the document is at fault
     * @throws IllegalStateException when this node cannot read at the moment; another attempt may succeed
     */
    Extract read(Format format, byte[] bytes) throws Unreadable, InterruptedException {
        if (!threads.tryAcquire()) {
            throw new IllegalStateException("too many readers hang on this node");
        }
        FutureTask<Extract> task = new FutureTask<>(() -> {
            try {
                return reader.read(format, bytes);
            } finally {
                threads.release();
            }
        });
        Thread thread = Thread.ofPlatform().daemon().name("knowledge-reader").start(task);
        try {
            return checked(task.get(deadline.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            LOG.warn("a reader of {} was given up after {} s", format, deadline.toSeconds());
            throw new Unreadable(Reason.TOO_SLOW, e);
        } catch (CancellationException e) {
            throw new Unreadable(Reason.TOO_SLOW, e);
        } catch (ExecutionException e) {
            throw fault(format, e.getCause() == null ? e : e.getCause());
        } finally {
            thread.interrupt();
        }
    }

    private static Unreadable fault(Format format, Throwable cause) {
        return switch (cause) {
            case Unreadable known -> known;
            case StackOverflowError deep -> new Unreadable(Reason.BROKEN, deep);
            case OutOfMemoryError large -> new Unreadable(Reason.BOMB, large);
            default -> {
                LOG.info("a document of the format {} is broken: {}", format, cause.toString());
                yield new Unreadable(Reason.BROKEN, cause);
            }
        };
    }

    private static Extract checked(Extract extract) throws Unreadable {
        if (extract.characters() > MAX_CHARACTERS) {
            throw new Unreadable(Reason.TOO_MUCH_TEXT);
        }
        if (extract.pages().stream().allMatch(page -> page.text().isBlank())) {
            throw new Unreadable(Reason.EMPTY);
        }
        return extract;
    }
}
