package dev.gsv.cmp.flows;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Sent;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request that carries a flow in its member {@code flow_json}, as an object or as the text of the file. The flow is
 * taken out byte for byte, because its hash is promised; the rest is read as any other body.
 *
 * @param body the request without the flow
 * @param asText the flow came as a JSON string, so what is wrong inside of it is no fault of the request's JSON
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record FlowRequest<T>(T body, byte @Nullable [] flow, boolean asText) {
    private static final List<String> NAMES = List.of("flow_json", "flowJson");

    /** Only for the text of a file, which may be longer than any other string of ours. */
    private static final JsonMapper TEXTS = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(2 * FlowFile.MAX_BYTES)
                            .build())
                    .build())
            .build();

    static <T> FlowRequest<T> read(Sent sent, Class<T> type) {
        byte[] bytes = sent.bytes();
        List<JsonSlices.Slice> flows = JsonSlices.of(bytes).stream()
                .filter(slice -> slice.name() != null && NAMES.contains(slice.name()))
                .toList();
        if (flows.size() > 1) {
            throw new KitProblem.Invalid("flow_json", "is sent twice");
        }
        if (flows.isEmpty()) {
            return new FlowRequest<>(sent.read(bytes, type), null, false);
        }
        JsonSlices.Slice flow = flows.getFirst();
        T body = sent.read(without(bytes, flow), type);
        byte[] value = Arrays.copyOfRange(bytes, flow.from(), flow.to());
        return switch (value.length == 0 ? 'x' : value[0]) {
            case '{', '[' -> new FlowRequest<>(body, value, false);
            case '"' -> new FlowRequest<>(body, text(value), true);
            case 'n' -> new FlowRequest<>(body, null, false);
            default -> throw new KitProblem.Invalid("flow_json", "must be the flow: its JSON object, or its text");
        };
    }

    private static byte[] without(byte[] bytes, JsonSlices.Slice flow) {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        rest.write(bytes, 0, flow.from());
        rest.writeBytes("null".getBytes(StandardCharsets.US_ASCII));
        rest.write(bytes, flow.to(), bytes.length - flow.to());
        return rest.toByteArray();
    }

    private static byte[] text(byte[] value) {
        try {
            String text = TEXTS.readValue(value, String.class);
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOf(encoded.array(), encoded.limit());
        } catch (CharacterCodingException e) {
            throw new KitProblem.Invalid("flow_json", "holds half a character");
        } catch (JacksonException e) {
            throw new KitProblem.Invalid("flow_json", "is no valid JSON string");
        }
    }

    /** The flow's bytes, or 400 when none was sent. */
    byte[] required() {
        return sent().orElseThrow(() -> new KitProblem.Invalid("flow_json", "is required"));
    }

    /** The flow's bytes where they may be absent, as in a change of something else. */
    Optional<byte[]> sent() {
        return Optional.ofNullable(flow);
    }

    /**
     * Checks the flow.
     *
     * @throws KitProblem.Invalid when the flow was sent as an object and that is no valid JSON: then neither is the
     *     request (400)
     */
    FlowReport checked(@Nullable String wanted) {
        FlowReport report = FlowCheck.check(required(), wanted);
        if (!asText && report.findings().stream().anyMatch(found -> found.code() == Finding.Code.NOT_JSON)) {
            throw new KitProblem.Invalid(
                    "flow_json", report.findings().getFirst().message());
        }
        return report;
    }
}
