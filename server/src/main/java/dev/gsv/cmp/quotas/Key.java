package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Json;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Makes one short key of several ids. It is a hash over the ids and their lengths: an id may hold any character, also a
 * colon, and no two different lists of ids share a key.
 */
final class Key {

    private Key() {}

    static String of(String... ids) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(HexFormat.of().parseHex(Json.sha256(ids)));
    }
}
