package dev.gsv.cmp.knowledge;

import dev.gsv.cmp.knowledge.Unreadable.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads a stored mail: subject, sender, receiver, date and its text, the plain form before the HTML one. Attachments
 * are left out; they are documents of their own.
 */
final class EmlReader {
    private static final int MAX_DEPTH = 10;
    private static final int MAX_PARTS = 200;
    private static final int HEX = 16;
    private static final Pattern ENCODED = Pattern.compile("=\\?([^?\\s]+)\\?([bBqQ])\\?([^?\\s]*)\\?=");
    private static final Pattern PARAMETER = Pattern.compile(";\\s*([\\w-]+)\\s*=\\s*(?:\"([^\"]*)\"|([^;\\s]*))");
    private static final List<String> SHOWN = List.of("from", "to", "date");

    /** A part: its headers by lower-case names, and what follows them, one character for each byte. */
    private record Part(Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        String type() {
            String type = header("content-type").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
            return type.isEmpty() ? "text/plain" : type;
        }

        String parameter(String name) {
            Matcher matcher = PARAMETER.matcher(header("content-type"));
            while (matcher.find()) {
                if (matcher.group(1).equalsIgnoreCase(name)) {
                    return matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
                }
            }
            return "";
        }
    }

    private int parts;

    private EmlReader() {}

    static Extract read(byte[] bytes) throws Unreadable {
        if (Magic.isOther(bytes)) {
            throw new Unreadable(Reason.WRONG_TYPE);
        }
        Part mail = part(new String(bytes, StandardCharsets.ISO_8859_1));
        if (mail.headers().isEmpty()) {
            throw new Unreadable(Reason.BROKEN);
        }
        StringBuilder text = new StringBuilder();
        String subject = words(mail.header("subject")).replace('\n', ' ').strip();
        text.append(subject.isEmpty() ? "" : "# " + subject + "\n\n");
        for (String name : SHOWN) {
            String value = words(mail.header(name)).strip();
            if (!value.isEmpty()) {
                text.append(Character.toUpperCase(name.charAt(0)))
                        .append(name.substring(1))
                        .append(": ")
                        .append(value)
                        .append('\n');
            }
        }
        String body = new EmlReader().body(mail, 0);
        if (body.isBlank()) {
            throw new Unreadable(Reason.EMPTY);
        }
        return Extract.of((text.append('\n').append(body).toString()).replace("\0", ""));
    }

    private static Part part(String raw) {
        Map<String, String> headers = new LinkedHashMap<>();
        String last = "";
        int at = 0;
        while (at < raw.length()) {
            int feed = raw.indexOf('\n', at);
            int end = feed < 0 ? raw.length() : feed;
            String line = raw.substring(at, end).stripTrailing();
            at = end + 1;
            if (line.isEmpty()) {
                break;
            }
            int colon = line.indexOf(':');
            if (Character.isWhitespace(line.charAt(0)) && !last.isEmpty()) {
                headers.merge(last, line.strip(), (before, more) -> before + " " + more);
            } else if (colon > 0) {
                last = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
                headers.putIfAbsent(last, line.substring(colon + 1).strip());
            }
        }
        return new Part(headers, at >= raw.length() ? "" : raw.substring(at));
    }

    private String body(Part part, int depth) throws Unreadable {
        if (depth > MAX_DEPTH || ++parts > MAX_PARTS) {
            throw new Unreadable(Reason.BOMB);
        }
        if (part.header("content-disposition").toLowerCase(Locale.ROOT).startsWith("attachment")) {
            return "";
        }
        String type = part.type();
        if (type.startsWith("multipart/")) {
            return many(part, type.equals("multipart/alternative"), depth);
        }
        return switch (type) {
            case "text/plain" -> decoded(part);
            case "text/html" ->
                HtmlReader.read(decoded(part).getBytes(StandardCharsets.UTF_8)).text();
            case "message/rfc822" -> body(part(part.body()), depth + 1);
            default -> "";
        };
    }

    private String many(Part part, boolean oneOf, int depth) throws Unreadable {
        String boundary = part.parameter("boundary");
        if (boundary.isEmpty()) {
            throw new Unreadable(Reason.BROKEN);
        }
        String[] inner = part.body().split("(?:^|\r?\n)--" + Pattern.quote(boundary), MAX_PARTS);
        List<Part> found = Stream.of(inner)
                .skip(1)
                .filter(text -> !text.startsWith("--"))
                .map(text -> part(text.replaceFirst("^[ \\t]*\\r?\\n", "")))
                .toList();
        StringBuilder text = new StringBuilder();
        if (oneOf) {
            for (Part each : found) {
                if (each.type().equals("text/plain")) {
                    String plain = body(each, depth + 1);
                    if (!plain.isBlank()) {
                        return plain;
                    }
                }
            }
        }
        for (Part each : found) {
            text.append(body(each, depth + 1)).append("\n\n");
        }
        return text.toString();
    }

    private static String decoded(Part part) {
        String encoding = part.header("content-transfer-encoding").toLowerCase(Locale.ROOT);
        byte[] bytes = bytes(part.body(), encoding);
        return new String(bytes, charset(part.parameter("charset")));
    }

    private static byte[] bytes(String body, String encoding) {
        try {
            return switch (encoding) {
                case "base64" -> Base64.getMimeDecoder().decode(body);
                case "quoted-printable" -> unquoted(body.replaceAll("=[ \\t]*\\r?\\n", ""), false);
                default -> body.getBytes(StandardCharsets.ISO_8859_1);
            };
        } catch (IllegalArgumentException e) {
            return body.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private static Charset charset(String name) {
        try {
            return name.isEmpty() ? StandardCharsets.UTF_8 : Charset.forName(name);
        } catch (IllegalArgumentException e) {
            return StandardCharsets.UTF_8;
        }
    }

    private static byte[] unquoted(String text, boolean underscores) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high = c == '=' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), HEX) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), HEX);
            if (low >= 0) {
                bytes.write(high * HEX + low);
                i += 2;
            } else {
                bytes.write(underscores && c == '_' ? ' ' : c);
            }
        }
        return bytes.toByteArray();
    }

    /** Words of a header that are written in another character set. */
    private static String words(String header) {
        String joined = header.replaceAll("\\?=\\s+=\\?", "?==?");
        return ENCODED.matcher(joined).replaceAll(word -> {
            boolean base64 = word.group(2).equalsIgnoreCase("b");
            byte[] bytes = base64 ? bytes(word.group(3), "base64") : unquoted(word.group(3), true);
            return Matcher.quoteReplacement(new String(bytes, charset(word.group(1))));
        });
    }
}
