package dev.gsv.cmp.knowledge;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The formats that can be read, told apart by the extension of a file; its content is checked when it is read. */
enum Format {
    MARKDOWN("text/markdown", "md", "markdown"),
    TEXT("text/plain", "txt", "text", "log"),
    CSV("text/csv", "csv", "tsv"),
    HTML("text/html", "html", "htm", "xhtml"),
    PDF("application/pdf", "pdf"),
    DOCX("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", "docm"),
    PPTX("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx", "pptm"),
    XLSX("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", "xlsm"),
    EML("message/rfc822", "eml");

    private final String contentType;
    private final List<String> extensions;

    Format(String contentType, String... extensions) {
        this.contentType = contentType;
        this.extensions = List.of(extensions);
    }

    String contentType() {
        return contentType;
    }

    /** The format of a file by its name. */
    static Optional<Format> named(String filename) {
        int dot = filename.lastIndexOf('.');
        String extension = dot < 0 ? "" : filename.substring(dot + 1).toLowerCase(Locale.ROOT);
        return Stream.of(values())
                .filter(format -> format.extensions.contains(extension))
                .findFirst();
    }

    /** The format that a stored content type stands for. */
    static Format of(String contentType) {
        return Stream.of(values())
                .filter(format -> format.contentType.equals(contentType))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("an unknown content type: " + contentType));
    }

    /** All extensions, for people. */
    static String all() {
        return Stream.of(values())
                .map(format -> "." + format.extensions.getFirst())
                .collect(Collectors.joining(", "));
    }
}
