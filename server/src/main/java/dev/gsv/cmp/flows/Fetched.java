package dev.gsv.cmp.flows;

import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Map;

/**
 * What a server answered.
 *
 * @param uri where it came from, after redirects
 * @param headers by their names in lower case
 */
record Fetched(int status, URI uri, Map<String, String> headers, byte[] body) {
    String type() {
        return headers.getOrDefault("content-type", "").toLowerCase(Locale.ROOT);
    }

    String text() {
        int at = type().indexOf("charset=");
        Charset charset = StandardCharsets.UTF_8;
        if (at >= 0) {
            String name =
                    type().substring(at + 8).split(";", -1)[0].replace("\"", "").strip();
            try {
                charset = Charset.forName(name);
            } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
                charset = StandardCharsets.UTF_8;
            }
        }
        return new String(body, charset);
    }
}
