package dev.gsv.cmp.flows;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Words of a text in a form in which "shipping", "ships" and "Shipped" are one. */
final class Words {
    private static final Set<String> COMMON =
            new LinkedHashSet<>(List.of("""
            a an and any are as at be been but by can could did do does for from get got had has have he her his how
            i if in is it its just let like may me might my no not of on or our out please she should so some tell
            than that the their them then there these they this those to too up us very want was we were what when
            where which who whom why will with would you your about also am hello hi thanks thank know need der die
            das und ist wie wo ich ein eine le la les et est un une el los las es y que
            """.strip().split("\\s+")));

    private Words() {}

    /** All words in order. A character of a script without spaces is a word of its own. */
    static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        for (int i = 0; i < plain.length(); ) {
            int c = plain.codePointAt(i);
            i += Character.charCount(c);
            if (Character.isIdeographic(c) || Character.UnicodeScript.of(c) == Character.UnicodeScript.HIRAGANA) {
                end(word, words);
                words.add(Character.toString(c));
            } else if (Character.isLetterOrDigit(c) || Character.getType(c) == Character.NON_SPACING_MARK) {
                word.appendCodePoint(c);
            } else if (c != '\'' && c != '’') {
                end(word, words);
            }
        }
        end(word, words);
        return words;
    }

    private static void end(StringBuilder word, List<String> words) {
        if (!word.isEmpty()) {
            words.add(stem(word.toString()));
            word.setLength(0);
        }
    }

    /** The words of a question that say what it is about. */
    static Set<String> significant(String text) {
        Set<String> significant = new LinkedHashSet<>(of(text));
        significant.removeAll(STEMMED_COMMON);
        return significant;
    }

    private static String stem(String word) {
        String stem = word;
        if (stem.length() > 4 && stem.endsWith("ies")) {
            stem = stem.substring(0, stem.length() - 3) + "y";
        } else if (stem.length() > 3 && stem.endsWith("s") && !stem.endsWith("ss") && !stem.endsWith("us")) {
            stem = stem.substring(0, stem.length() - 1);
        }
        if (stem.length() > 5 && stem.endsWith("ing")) {
            stem = undoubled(stem.substring(0, stem.length() - 3));
        } else if (stem.length() > 4 && stem.endsWith("ed")) {
            stem = undoubled(stem.substring(0, stem.length() - 2));
        }
        return stem.length() > 3 && stem.endsWith("e") ? stem.substring(0, stem.length() - 1) : stem;
    }

    private static String undoubled(String stem) {
        int last = stem.length() - 1;
        boolean doubled =
                last > 2 && stem.charAt(last) == stem.charAt(last - 1) && "aeioulsz".indexOf(stem.charAt(last)) < 0;
        return doubled ? stem.substring(0, last) : stem;
    }

    private static final Set<String> STEMMED_COMMON = stemmed();

    private static Set<String> stemmed() {
        Set<String> stems = new LinkedHashSet<>(COMMON);
        COMMON.forEach(word -> stems.add(stem(word)));
        return Set.copyOf(stems);
    }
}
