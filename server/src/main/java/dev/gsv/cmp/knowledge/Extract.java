package dev.gsv.cmp.knowledge;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a reader found in a document: its text, page by page, headings as lines that begin with {@code #}.
 *
 * @param pages in their order; one page with the number 0 where the format has none
 */
record Extract(List<Page> pages) {
    /** What stands between two pages in the text of the whole document. */
    static final String BETWEEN_PAGES = "\n\n";

    /**
     * @param number from 1; 0 without pages
     * @param text as {@link Chunks#normal} leaves it
     */
    record Page(int number, String text) {}

    Extract {
        pages = List.copyOf(pages);
    }

    static Extract of(String text) {
        return new Extract(List.of(new Page(0, Chunks.normal(text))));
    }

    /** The whole text, in which passages have their places. */
    String text() {
        return pages.stream().map(Page::text).collect(Collectors.joining(BETWEEN_PAGES));
    }

    int characters() {
        return pages.stream().mapToInt(page -> page.text().length()).sum()
                + BETWEEN_PAGES.length() * Math.max(0, pages.size() - 1);
    }

    /** How many pages there are; 0 where the format has none. */
    int numbered() {
        return (int) pages.stream().filter(page -> page.number() > 0).count();
    }
}
