package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.knowledge.Unreadable.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.io.MemoryUsageSetting;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.text.PDFTextStripper;

/** Reads a PDF page by page. Scripts, forms and attachments in it are not looked at. */
final class PdfReader {
    static final int MAX_PAGES = 10_000;
    /** Bytes that the parser may unpack into memory. */
    private static final long MAX_MEMORY = 256L * 1024 * 1024;

    private PdfReader() {}

    static Extract read(byte[] bytes) throws Unreadable {
        if (!begins(bytes)) {
            throw new Unreadable(Magic.isOther(bytes) ? Reason.WRONG_TYPE : Reason.BROKEN);
        }
        try (PDDocument document =
                Loader.loadPDF(bytes, "", null, null, MemoryUsageSetting.setupMainMemoryOnly(MAX_MEMORY).streamCache)) {
            if (document.getNumberOfPages() > MAX_PAGES) {
                throw new Unreadable(Reason.TOO_MUCH_TEXT);
            }
            return pages(document);
        } catch (InvalidPasswordException e) {
            throw new Unreadable(Reason.PROTECTED, e);
        } catch (IOException e) {
            throw new Unreadable(Reason.BROKEN, e);
        }
    }

    private static Extract pages(PDDocument document) throws IOException, Unreadable {
        PDFTextStripper stripper = new PDFTextStripper();
        stripper.setSortByPosition(true);
        stripper.setParagraphStart("\n");
        List<Extract.Page> pages = new ArrayList<>();
        long characters = 0;
        for (int number = 1; number <= document.getNumberOfPages(); number++) {
            if (Thread.interrupted()) {
                throw new Unreadable(Reason.TOO_SLOW);
            }
            stripper.setStartPage(number);
            stripper.setEndPage(number);
            String text = clean(stripper.getText(document));
            characters += text.length();
            if (characters > Reading.MAX_CHARACTERS) {
                throw new Unreadable(Reason.TOO_MUCH_TEXT);
            }
            pages.add(new Extract.Page(number, Chunks.normal(text)));
        }
        return new Extract(pages);
    }

    /** A font may map a glyph to anything, also to what no text may hold. */
    private static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints()
                .filter(c -> c == '\n'
                        || c == '\t'
                        || (!Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE))
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    /** Some writers put a few bytes before the mark. */
    private static boolean begins(byte[] bytes) {
        for (int at = 0; at < Math.min(1024, bytes.length); at++) {
            if (java.util.Arrays.equals(
                    bytes, at, Math.min(bytes.length, at + Magic.PDF.length), Magic.PDF, 0, Magic.PDF.length)) {
                return true;
            }
        }
        return false;
    }
}
