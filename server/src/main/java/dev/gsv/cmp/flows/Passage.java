package dev.gsv.cmp.flows;

/**
 * A piece of a document that a retriever found.
 *
 * @param score the retriever's own measure; larger is better, comparable only within one answer
 */
public record Passage(String documentId, String title, String text, double score) {}
