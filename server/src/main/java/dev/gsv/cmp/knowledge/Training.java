package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.instances.Instance;
import dev.gsv.cmp.instances.InstanceState;
import dev.gsv.cmp.instances.InstanceTerminated;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Findings;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.knowledge.TrainingDocument.Kind;
import dev.gsv.cmp.orgs.OrgId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What a buyer teaches an instance: documents, texts, questions with their answers. Each is kept as it was sent and
 * read in the background by {@link Ingestion}; until it is ready nobody finds it.
 */
@Service
class Training {
    /** The base of an instance that training documents go to. */
    static final String BASE = "Training";
    /** Largest document. */
    static final long MAX_FILE_BYTES = 50L * 1024 * 1024;

    static final int MAX_QUESTION = 500;
    static final int MAX_ANSWER = 20_000;
    /** Longest text that comes as JSON, in characters; longer ones come as files. */
    static final int MAX_TEXT = 100_000;
    /** Attempts to read a document: the first, and the three retries of section 9 of the control plane contract. */
    static final int ATTEMPTS = 4;

    private static final int PIECE = 1024 * 1024;

    /** Bytes that can be read more than once: first for their hash, then to be kept. */
    @FunctionalInterface
    interface Content {
        InputStream open() throws IOException;
    }

    /**
     * A document as it comes in.
     *
     * @param filename null for what is no file
     */
    record Incoming(
            Kind kind, String title, @Nullable String filename, Format format, long sizeBytes, Content content) {}

    private final TrainingStore store;
    private final KnowledgeStore bases;
    private final Knowledge knowledge;
    private final Instances instances;
    private final Ids ids;

    Training(TrainingStore store, KnowledgeStore bases, Knowledge knowledge, Instances instances, Ids ids) {
        this.store = store;
        this.bases = bases;
        this.knowledge = knowledge;
        this.instances = instances;
        this.ids = ids;
    }

    /** A file; its extension says what it is. */
    static Incoming file(@Nullable String filename, @Nullable String title, long sizeBytes, Content content) {
        Findings findings = new Findings();
        String last = filename == null
                ? null
                : filename.substring(filename.replace('\\', '/').lastIndexOf('/') + 1);
        String name = findings.name("filename", last, Knowledge.MAX_TITLE);
        String titled = title == null ? name : findings.name("title", title, Knowledge.MAX_TITLE);
        findings.refuse();
        Format format = Format.named(name).orElseThrow(KnowledgeProblem.TypeUnsupported::new);
        if (sizeBytes > MAX_FILE_BYTES) {
            throw new KnowledgeProblem.TooLarge(MAX_FILE_BYTES);
        }
        if (sizeBytes == 0) {
            throw new KitProblem.Meaningless("The file is empty.");
        }
        return new Incoming(Kind.DOCUMENT, titled, name, format, sizeBytes, content);
    }

    static Incoming text(@Nullable String title, @Nullable String text) {
        Findings findings = new Findings();
        String titled = findings.name("title", title, Knowledge.MAX_TITLE);
        String content = filled(findings, "text", text, MAX_TEXT);
        findings.refuse();
        return written(Kind.TEXT, titled, content);
    }

    /** The question becomes the heading over its answer, where the search finds it best. */
    static Incoming pair(@Nullable String question, @Nullable String answer) {
        Findings findings = new Findings();
        String asked = findings.name("question", question, MAX_QUESTION);
        String answered = filled(findings, "answer", answer, MAX_ANSWER);
        findings.refuse();
        String title = asked.length() <= Knowledge.MAX_TITLE
                ? asked
                : asked.substring(0, asked.offsetByCodePoints(0, Knowledge.MAX_TITLE / 2));
        return written(Kind.QA_PAIR, title, "# " + asked + "\n\n" + answered);
    }

    private static String filled(Findings findings, String path, @Nullable String text, int atMost) {
        String content = findings.text(path, text, atMost);
        if (content.isBlank()) {
            findings.shape(path, text == null ? "is required" : "must not be empty");
        }
        return content;
    }

    private static Incoming written(Kind kind, String title, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Incoming(
                kind, title, null, Format.MARKDOWN, bytes.length, () -> new java.io.ByteArrayInputStream(bytes));
    }

    /**
     * Keeps a document and puts it in the queue. The same document again is the same document; one that had failed is
     * tried again.
     *
     * @throws KitProblem.InvalidState when the instance has ended (409)
     * @throws KnowledgeProblem.LimitReached when the plan allows no more (409)
     */
    @Transactional
    TrainingDocument add(OrgId org, UUID instance, Incoming incoming) {
        KnowledgeLimits limits = limits(org, instance);
        UUID base = knowledge.base(org, new Owner.Instance(instance), BASE).id();
        // From here on one after the other, so that nobody slips past a limit beside somebody else.
        bases.lock(org, base);
        String sha256 = Json.sha256(
                incoming.kind().text(),
                incoming.filename() == null ? "" : incoming.filename(),
                incoming.title(),
                hash(incoming.content()));
        Optional<UUID> there = bases.document(org, base, sha256);
        if (there.isPresent()) {
            store.requeue(org, there.get(), ATTEMPTS);
            return get(org, instance, there.get());
        }
        TrainingStore.Held held = store.held(org, instance);
        if (held.documents() >= limits.documents()) {
            throw new KnowledgeProblem.LimitReached("documents", limits.documents());
        }
        if (held.bytes() + incoming.sizeBytes() > limits.bytes()) {
            throw new KnowledgeProblem.LimitReached("MB of documents", limits.bytes() / PIECE);
        }
        UUID document = ids.next();
        store.insert(
                org,
                new TrainingStore.NewRow(
                        document,
                        base,
                        incoming.kind(),
                        incoming.title(),
                        incoming.filename(),
                        incoming.format().contentType(),
                        sha256,
                        incoming.sizeBytes()));
        keep(org, base, document, incoming);
        return get(org, instance, document);
    }

    private void keep(OrgId org, UUID base, UUID document, Incoming incoming) {
        try (InputStream in = incoming.content().open()) {
            long kept = 0;
            int piece = 0;
            for (byte[] next = in.readNBytes(PIECE); next.length > 0; next = in.readNBytes(PIECE)) {
                store.insertPiece(org, base, document, piece++, next);
                kept += next.length;
            }
            if (kept != incoming.sizeBytes()) {
                throw new KitProblem.Invalid("file", "has another length than was said");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("an upload that was received cannot be read", e);
        }
    }

    private static String hash(Content content) {
        try (DigestInputStream in = new DigestInputStream(content.open(), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (IOException e) {
            throw new UncheckedIOException("an upload that was received cannot be read", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** What this instance may hold, while it lives. */
    KnowledgeLimits limits(OrgId org, UUID instance) {
        Instance entered = instances.instance(org, instance);
        if (entered.state() == InstanceState.TERMINATED) {
            throw new KitProblem.InvalidState("A terminated instance cannot be trained.");
        }
        return KnowledgeLimits.of(entered.effectiveConfig().path("limits"), entered.effectiveConfig());
    }

    Page<TrainingDocument> list(OrgId org, UUID instance, Page.Slice slice) {
        List<TrainingDocument> found = store.list(org, instance, slice);
        return Page.of(store.held(org, instance).documents(), slice, found);
    }

    TrainingDocument get(OrgId org, UUID instance, UUID document) {
        return store.find(org, instance, document).orElseThrow(Training::unknown);
    }

    /**
     * Puts a document that failed, or waits for its next attempt, at the end of the queue.
     *
     * @throws KitProblem.InvalidState in any other state (409)
     */
    @Transactional
    TrainingDocument retry(OrgId org, UUID instance, UUID document) {
        limits(org, instance);
        TrainingDocument now = get(org, instance, document);
        if (!store.requeue(org, document, ATTEMPTS)) {
            throw new KitProblem.InvalidState("Only a document that failed can be tried again; this one is "
                    + now.status().name() + ".");
        }
        return get(org, instance, document);
    }

    /** Removes a document, its passages and its original, in whatever state it is, and counts what is left of it. */
    @Transactional
    TrainingDocument.Deleted remove(OrgId org, UUID instance, UUID document) {
        UUID base = store.base(org, instance, document).orElseThrow(Training::unknown);
        bases.lock(org, base);
        TrainingStore.Contents contents = store.contents(org, document);
        if (!bases.deleteDocument(org, base, document)) {
            throw unknown();
        }
        bases.revise(org, base);
        return new TrainingDocument.Deleted(
                document, true, contents.passages(), contents.originalBytes(), store.remaining(org, document));
    }

    /** What was taught to an instance goes with it. */
    @EventListener
    void end(InstanceTerminated event) {
        store.removeAll(event.org(), event.instance());
    }

    private static KitProblem.NotFound unknown() {
        return new KitProblem.NotFound("document");
    }
}
