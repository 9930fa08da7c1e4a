package dev.gsv.cmp.kit;

/** What a call answers when it succeeds: a status and a body that becomes JSON. */
public record Answer<T>(int status, T body) {

    public static <T> Answer<T> ok(T body) {
        return new Answer<>(200, body);
    }

    public static <T> Answer<T> created(T body) {
        return new Answer<>(201, body);
    }
}
