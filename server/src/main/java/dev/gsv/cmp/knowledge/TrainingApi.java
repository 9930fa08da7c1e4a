package dev.gsv.cmp.knowledge;

import static dev.gsv.cmp.orgs.Need.MEMBER;
import static dev.gsv.cmp.orgs.Need.VIEWER;

import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.kit.Sent;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/** Training documents over HTTP (section 7.1 of the control plane contract). */
@RestController
@RequestMapping("/api/v1/instances/{instance_id}/training_documents")
class TrainingApi {

    /**
     * What is taught without a file.
     *
     * @param kind {@code qa_pair} with question and answer, or {@code text} with title and text
     */
    record TrainingBody(
            @Nullable String kind,
            @Nullable String question,
            @Nullable String answer,
            @Nullable String title,
            @Nullable String text) {

        Training.Incoming incoming() {
            return switch (kind == null ? "" : kind) {
                case "qa_pair" -> {
                    without("title", title);
                    without("text", text);
                    yield Training.pair(question, answer);
                }
                case "text" -> {
                    without("question", question);
                    without("answer", answer);
                    yield Training.text(title, text);
                }
                case "url" ->
                    throw new KitProblem.Meaningless(
                            "Pages cannot be fetched yet. Save the page and upload it as an HTML file.");
                case "document" ->
                    throw new KitProblem.Invalid("kind", "a document comes as a file, in a multipart body");
                default -> throw new KitProblem.Invalid("kind", "must be qa_pair or text");
            };
        }

        /** What would be left out without a word is a mistake of the caller. */
        private void without(String path, @Nullable String value) {
            if (value != null) {
                throw new KitProblem.Invalid(path, "does not belong to the kind " + kind);
            }
        }
    }

    /** A file. */
    record TrainingUpload(
            @Schema(type = "string", format = "binary") String file,
            @Nullable String title) {}

    private final Training training;
    private final Ingestion ingestion;
    private final Instances instances;

    TrainingApi(Training training, Ingestion ingestion, Instances instances) {
        this.training = training;
        this.ingestion = ingestion;
        this.instances = instances;
    }

    private OrgId org(Caller caller, UUID instance) {
        return instances.enter(caller, instance).member().org();
    }

    @GetMapping
    @Needs(VIEWER)
    Page<TrainingDocument> list(
            Caller caller,
            @PathVariable("instance_id") UUID instance,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        return training.list(org(caller, instance), instance, Page.Slice.of(limit, offset));
    }

    @PostMapping(consumes = {MediaType.APPLICATION_JSON_VALUE, MediaType.MULTIPART_FORM_DATA_VALUE})
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Needs(MEMBER)
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = TrainingBody.class)),
                @Content(
                        mediaType = MediaType.MULTIPART_FORM_DATA_VALUE,
                        schema = @Schema(implementation = TrainingUpload.class))
            })
    TrainingDocument add(
            Caller caller,
            @PathVariable("instance_id") UUID instance,
            Sent sent,
            @Parameter(hidden = true) @RequestParam(name = "file", required = false) @Nullable MultipartFile file,
            @Parameter(hidden = true) @RequestParam(name = "title", required = false) @Nullable String title) {
        OrgId org = org(caller, instance);
        Training.Incoming incoming = file == null
                ? sent.read(sent.bytes(), TrainingBody.class).incoming()
                : Training.file(file.getOriginalFilename(), title, file.getSize(), file::getInputStream);
        TrainingDocument added = training.add(org, instance, incoming);
        ingestion.wake();
        return added;
    }

    @GetMapping("/{document_id}")
    @Needs(VIEWER)
    TrainingDocument get(
            Caller caller, @PathVariable("instance_id") UUID instance, @PathVariable("document_id") UUID document) {
        return training.get(org(caller, instance), instance, document);
    }

    @PostMapping("/{document_id}/retries")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Needs(MEMBER)
    TrainingDocument retry(
            Caller caller, @PathVariable("instance_id") UUID instance, @PathVariable("document_id") UUID document) {
        TrainingDocument waiting = training.retry(org(caller, instance), instance, document);
        ingestion.wake();
        return waiting;
    }

    @DeleteMapping("/{document_id}")
    @Needs(MEMBER)
    TrainingDocument.Deleted remove(
            Caller caller, @PathVariable("instance_id") UUID instance, @PathVariable("document_id") UUID document) {
        return training.remove(org(caller, instance), instance, document);
    }
}
