package dev.gsv.cmp.knowledge;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a document that fits a question.
 *
 * @param title of the document, and of the section where it has one
 * @param score larger is better; comparable only within one answer
 * @param page on which it stands, from 1; null where a document has no pages
 * @param from where it begins in the text of the document, in UTF-16 units
 * @param to where it ends there, exclusive
 */
public record Passage(
        UUID documentId,
        String title,
        String text,
        double score,
        @Nullable Integer page,
        int from,
        int to) {}
