package dev.gsv.cmp.kit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.deser.std.StdScalarDeserializer;
import tools.jackson.databind.ext.javatime.deser.InstantDeserializer;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.type.LogicalType;

/**
 * The one JSON dialect of CMP: snake_case out, camelCase understood as a synonym, no silent change of type, no
 * duplicate member names, bounded depth (section 2.3 of the control plane contract).
 */
@Configuration(proxyBeanMethods = false)
public class Json {

    /** Deeper than any real document of ours; a Langflow export nests about 12 deep. */
    public static final int MAX_DEPTH = 200;
    /** The longest single string: component source inside a flow file. */
    private static final int MAX_STRING = 4 * 1024 * 1024;
    /** More digits than any amount of ours; long numbers are expensive to parse. */
    private static final int MAX_NUMBER = 100;

    @Bean
    JsonFactoryBuilderCustomizer boundedJson() {
        return builder -> builder.streamReadConstraints(limits()).enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
    }

    @Bean
    JsonMapperBuilderCustomizer strictJson() {
        return Json::dialect;
    }

    /** The same dialect for code that runs without the application, for instance a test. */
    public static JsonMapper mapper() {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(limits())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        JsonMapper.Builder builder = JsonMapper.builder(factory);
        dialect(builder);
        return builder.build();
    }

    private static StreamReadConstraints limits() {
        return StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxStringLength(MAX_STRING)
                .maxNumberLength(MAX_NUMBER)
                .build();
    }

    private static void dialect(JsonMapper.Builder builder) {
        builder.propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .annotationIntrospector(new CamelCaseSynonyms())
                .addModule(new SimpleModule("ids")
                        .addDeserializer(UUID.class, new IdReader())
                        .addDeserializer(Instant.class, new TimeReader()))
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS);
        for (LogicalType type : List.of(LogicalType.Integer, LogicalType.Float, LogicalType.Boolean)) {
            builder.withCoercionConfig(
                    type,
                    config -> config.setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail));
        }
        builder.withCoercionConfig(
                LogicalType.Textual,
                config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
    }

    /** SHA-256 over the parts, each preceded by its length; lower-case hex. */
    public static String sha256(String... parts) {
        MessageDigest digest = sha256();
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256 of bytes, lower-case hex. */
    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * One text for all spellings of the same JSON: members sorted, no blanks, {@code 10} for {@code 10.0} and
     * {@code 1e1}.
     */
    public static String canonical(JsonNode node) {
        return sorted(node).toString();
    }

    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            TreeMap<String, JsonNode> members = new TreeMap<>();
            object.properties().forEach(member -> members.put(member.getKey(), sorted(member.getValue())));
            ObjectNode result = JsonNodeFactory.instance.objectNode();
            members.forEach(result::set);
            return result;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode result = JsonNodeFactory.instance.arrayNode();
            array.forEach(item -> result.add(sorted(item)));
            return result;
        }
        return node.isNumber()
                ? JsonNodeFactory.instance.numberNode(node.decimalValue().stripTrailingZeros())
                : node;
    }

    /** Times are text (RFC 3339); a number would be seconds to one reader and milliseconds to another. */
    private static final class TimeReader extends StdScalarDeserializer<Instant> {
        TimeReader() {
            super(Instant.class);
        }

        @Override
        public @Nullable Instant deserialize(JsonParser parser, DeserializationContext context) {
            return parser.currentToken() == JsonToken.VALUE_STRING
                    ? InstantDeserializer.INSTANT.deserialize(parser, context)
                    : (Instant) context.handleUnexpectedToken(getValueType(context), parser);
        }
    }

    /** Ids as callers write them; the one of Jackson would also take them for base64. */
    private static final class IdReader extends StdScalarDeserializer<UUID> {
        IdReader() {
            super(UUID.class);
        }

        @Override
        public @Nullable UUID deserialize(JsonParser parser, DeserializationContext context) {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                return (UUID) context.handleUnexpectedToken(getValueType(context), parser);
            }
            try {
                return Ids.parse(parser.getString());
            } catch (IllegalArgumentException e) {
                return (UUID) context.handleWeirdStringValue(UUID.class, parser.getString(), "is no id");
            }
        }
    }

    private static final class CamelCaseSynonyms extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public List<PropertyName> findPropertyAliases(MapperConfig<?> config, Annotated annotated) {
            List<PropertyName> own = super.findPropertyAliases(config, annotated);
            String name = nameOf(annotated);
            boolean synonym = (own == null || own.isEmpty()) && name.chars().anyMatch(Character::isUpperCase);
            return synonym ? List.of(PropertyName.construct(name)) : own;
        }

        private static String nameOf(Annotated annotated) {
            if (annotated instanceof AnnotatedParameter parameter) {
                Class<?> type = parameter.getDeclaringClass();
                return type.isRecord() ? type.getRecordComponents()[parameter.getIndex()].getName() : "";
            }
            return annotated.getName() == null ? "" : annotated.getName();
        }
    }
}
