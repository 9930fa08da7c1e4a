package dev.gsv.cmp.knowledge;

/** A document that cannot be read, and why, in words for its owner. Trying again does not help. */
final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why a document failed; the name is the code that callers see. */
    enum Reason {
        EMPTY("The document holds no text. If it is a scan, run a text recognition over it first."),
        PROTECTED("The document is protected by a password. Save it without one and upload it again."),
        BROKEN("The document is damaged and cannot be read. Open it, save it anew and upload it again."),
        WRONG_TYPE("The content of the file does not fit its name. Give it the right extension."),
        MACROS("The document holds macros. Save it without them, for instance as DOCX or XLSX."),
        OLD_FORMAT("This is an old Office format. Save it as DOCX, PPTX or XLSX and upload it again."),
        TOO_MUCH_TEXT("The document holds more text than one document may. Divide it."),
        BOMB("The document unpacks to far more than its size. It was not read."),
        TOO_SLOW("Reading the document took too long. Divide it, or save it in a simpler form."),
        LIMIT("Your plan does not allow more passages. Remove documents or choose a larger plan."),
        TROUBLE("The document could not be read for a reason on our side. Retry it; if it fails again, tell support.");

        private final String sentence;

        Reason(String sentence) {
            this.sentence = sentence;
        }

        String sentence() {
            return sentence;
        }
    }

    private final Reason reason;

    Unreadable(Reason reason) {
        super(reason.sentence());
        this.reason = reason;
    }

    Unreadable(Reason reason, Throwable cause) {
        super(reason.sentence(), cause);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
