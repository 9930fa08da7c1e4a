package dev.gsv.cmp.flows;

import org.jspecify.annotations.Nullable;

/**
 * A piece of a document that a retriever found.
 *
 * @param score the retriever's own measure; larger is better, comparable only within one answer
 * @param place where it stands in its document; null when that is not known
 */
public record Passage(
        String documentId,
        String title,
        String text,
        double score,
        @Nullable Place place) {

    /**
     * A part of a document.
     *
     * @param page from 1; null where the document has no pages
     * @param from the first character of the document's text
     * @param to behind the last one
     */
    public record Place(@Nullable Integer page, int from, int to) {}

    public Passage(String documentId, String title, String text, double score) {
        this(documentId, title, text, score, null);
    }
}
