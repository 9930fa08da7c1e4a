package dev.gsv.cmp.kit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.core.jackson.TypeNameResolver;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.SpecVersion;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springdoc.core.providers.ObjectMapperProvider;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The API description, derived from the code: names as they are on the wire, null only where a record declares it. */
@Configuration(proxyBeanMethods = false)
class ContractDocs {

    private static final String PROBLEM = "ProblemBody";
    private static final String CREDITS = "credits, at most 6 decimal places";
    private static final String ANY = "any JSON";

    static {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Call.class, Sent.class);
    }

    @Bean
    OpenAPI description() {
        return new OpenAPI()
                .info(new Info()
                        .title("CMP")
                        .version("v1")
                        .description("Cloud Marketplace Platform. Amounts of credit are numbers with at most 6 decimal"
                                + " places; times are RFC 3339 in UTC; errors are problem+json with a code and a page.")
                        .license(new License().name("Proprietary")))
                .components(new Components()
                        .addSecuritySchemes(
                                "bearer",
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.HTTP)
                                        .scheme("bearer")
                                        .description("Access token of a person or service, or an API key"))
                        .addSecuritySchemes(
                                "api_key",
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.APIKEY)
                                        .in(SecurityScheme.In.HEADER)
                                        .name("X-API-Key")));
    }

    @Bean
    ModelResolver wireNames(ObjectMapperProvider provider) {
        ObjectMapper mapper =
                provider.jsonMapper().copy().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
        return new ModelResolver(mapper, new RoomNames());
    }

    @Bean
    ModelConverter ownTypes() {
        return new OwnTypes();
    }

    /** Every operation may answer with a problem; which ones is told by the pages of the errors. */
    @Bean
    GlobalOperationCustomizer problems() {
        return (operation, method) -> {
            String part = method.getBeanType().getSimpleName().replaceAll("Api$", "");
            String room = method.getBeanType().getPackageName().replaceAll(".*\\.", "");
            operation.setTags(List.of(room));
            operation.setOperationId(Character.toLowerCase(part.charAt(0))
                    + part.substring(1)
                    + Character.toUpperCase(method.getMethod().getName().charAt(0))
                    + method.getMethod().getName().substring(1));
            operation
                    .getResponses()
                    .addApiResponse(
                            "default",
                            new ApiResponse()
                                    .description("A problem: see its page")
                                    .content(new Content()
                                            .addMediaType(
                                                    "application/problem+json",
                                                    new MediaType()
                                                            .schema(new Schema<>()
                                                                    .$ref("#/components/schemas/" + PROBLEM)))));
            return operation;
        };
    }

    @Bean
    GlobalOpenApiCustomizer orderly() {
        return document -> {
            io.swagger.v3.core.converter.ModelConverters.getInstance(true)
                    .readAll(new AnnotatedType(ProblemBody.class))
                    .forEach((name, schema) -> document.getComponents().addSchemas(name, schema));
            document.getComponents()
                    .setSchemas(new TreeMap<>(document.getComponents().getSchemas()));
            document.getComponents().getSchemas().values().forEach(ContractDocs::settle);
        };
    }

    /** The resolver calls every type that it does not know an object; here the two of ours get their own back. */
    private static void settle(Schema<?> schema) {
        boolean optional = schema.getTypes() != null && schema.getTypes().contains("null");
        if (ANY.equals(schema.getDescription())) {
            schema.setType(null);
            schema.setTypes(null);
        } else if (CREDITS.equals(schema.getDescription())) {
            schema.setType(null);
            schema.setTypes(optional ? new LinkedHashSet<>(List.of("number", "null")) : Set.of("number"));
        }
        if (schema.getProperties() != null) {
            schema.getProperties().values().forEach(ContractDocs::settle);
        }
        if (schema.getItems() != null) {
            settle(schema.getItems());
        }
        if (schema.getAdditionalProperties() instanceof Schema<?> more) {
            settle(more);
        }
    }

    /** Nested records are named after their room's file, so that two rooms may both have a {@code Body}. */
    private static final class RoomNames extends TypeNameResolver {
        @Override
        protected String nameForClass(Class<?> type, Set<Options> options) {
            Class<?> outer = type.getEnclosingClass();
            String name = super.nameForClass(type, options);
            return outer == null || !type.getName().startsWith("dev.gsv.cmp.")
                    ? name
                    : outer.getSimpleName().replaceAll("Api$", "") + name;
        }
    }

    /** Our value types as they look in JSON, and which members of a record may be null or absent. */
    private static final class OwnTypes implements ModelConverter {

        @Override
        public @Nullable Schema<?> resolve(
                AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
            Class<?> raw = raw(type);
            if (raw == Credits.class) {
                return json().types(Set.of("number")).description(CREDITS);
            }
            if (raw != null && tools.jackson.databind.JsonNode.class.isAssignableFrom(raw)) {
                return json().description(ANY);
            }
            if (raw != null
                    && raw.isRecord()
                    && raw.getRecordComponents().length == 1
                    && raw.getRecordComponents()[0]
                            .getAccessor()
                            .isAnnotationPresent(com.fasterxml.jackson.annotation.JsonValue.class)) {
                return context.resolve(new AnnotatedType(raw.getRecordComponents()[0].getGenericType()));
            }
            Schema<?> schema = chain.hasNext() ? chain.next().resolve(type, context, chain) : null;
            if (raw != null && raw.isRecord() && raw.getName().startsWith("dev.gsv.cmp.")) {
                declare(raw, schema, context);
            }
            return schema;
        }

        private static @Nullable Class<?> raw(AnnotatedType type) {
            return switch (type.getType()) {
                case Class<?> plain -> plain;
                case com.fasterxml.jackson.databind.JavaType java -> java.getRawClass();
                case java.lang.reflect.ParameterizedType generic
                when generic.getRawType() instanceof Class<?> plain -> plain;
                case null, default -> null;
            };
        }

        private static void declare(Class<?> record, @Nullable Schema<?> schema, ModelConverterContext context) {
            if (schema == null) {
                return;
            }
            Schema<?> target = schema.get$ref() == null
                    ? schema
                    : context.getDefinedModels()
                            .get(schema.get$ref().substring(schema.get$ref().lastIndexOf('/') + 1));
            if (target == null || target.getProperties() == null) {
                return;
            }
            List<String> required = new ArrayList<>();
            for (RecordComponent component : record.getRecordComponents()) {
                String name = ProblemAdvice.snake(component.getName());
                Schema<?> member = ((Map<String, Schema>) (Map<?, ?>) target.getProperties()).get(name);
                if (member == null) {
                    continue;
                }
                if (nullable(component)) {
                    target.getProperties().put(name, orNull(member));
                } else {
                    required.add(name);
                }
            }
            target.setRequired(required.isEmpty() ? null : required);
        }

        private static boolean nullable(RecordComponent component) {
            return component.getAnnotatedType().isAnnotationPresent(Nullable.class)
                    || component.getType() == Optional.class;
        }

        private static Schema<?> orNull(Schema<?> member) {
            if (member.get$ref() != null) {
                return json().anyOf(List.of(new Schema<>().$ref(member.get$ref()), nothing()));
            }
            if (member.getTypes() != null && !member.getTypes().contains("null")) {
                member.setTypes(new LinkedHashSet<>(member.getTypes()));
                member.getTypes().add("null");
                if (member.getEnum() != null && !member.getEnum().contains(null)) {
                    List<Object> values = new ArrayList<>(member.getEnum());
                    values.add(null);
                    ((Schema<Object>) member).setEnum(values);
                }
            }
            return member;
        }

        /** A schema that says no more than it is told: the plain class adds a type of its own. */
        private static Schema<?> json() {
            return new Schema<>(SpecVersion.V31);
        }

        private static Schema<?> nothing() {
            return json().types(Set.of("null"));
        }
    }
}
