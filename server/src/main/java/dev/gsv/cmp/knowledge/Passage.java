package dev.gsv.cmp.knowledge;

import java.util.UUID;

/**
 * A piece of a document that fits a question.
 *
 * @param title of the document, and of the section where it has one
 * @param score larger is better; comparable only within one answer
 */
public record Passage(UUID documentId, String title, String text, double score) {}
