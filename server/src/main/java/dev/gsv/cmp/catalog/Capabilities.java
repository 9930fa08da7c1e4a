package dev.gsv.cmp.catalog;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gsv.cmp.kit.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The capability registry (section 10 of the control plane contract): what a version can do, and what of it a buyer may
 * configure. It is data, {@code catalog/capabilities.json}; a change of the registry is a change of that file.
 */
@Service
public class Capabilities {

    private static final String FILE = "/catalog/capabilities.json";

    /**
     * One capability.
     *
     * @param config JSON Schema of its configuration
     * @param resources what is deployed for it
     * @param metering the meters that it moves
     * @param groups the groups of the configuration screen that it brings
     */
    public record Capability(
            String id,
            int v,
            String title,
            String layer,
            JsonNode config,
            String handler,
            List<String> resources,
            List<String> metering,
            List<String> groups) {}

    /** A part of the configuration that buyers see as one form; {@code applies_to} names kinds of product. */
    public record Section(String id, String title, List<Kind> appliesTo, JsonNode config) {}

    /** The whole registry, as it is shown. */
    public record Registry(List<Capability> capabilities, List<Section> sections) {}

    /** How many compiled schemas a node keeps; one takes some 10 KB. */
    private static final int MAX_SCHEMAS = 500;

    /** A version never changes, so a compiled schema stays right. */
    private record Key(UUID version, Kind kind) {}

    private final Cache<Key, ConfigSchema> schemas =
            Caffeine.newBuilder().maximumSize(MAX_SCHEMAS).build();
    private final Registry registry;
    private final Map<String, Capability> byId;

    Capabilities() {
        this.registry = load(Json.mapper());
        this.byId = registry.capabilities().stream().collect(Collectors.toMap(Capability::id, Function.identity()));
    }

    private static Registry load(JsonMapper mapper) {
        try (InputStream in = Objects.requireNonNull(Capabilities.class.getResourceAsStream(FILE), FILE)) {
            return mapper.readValue(in, Registry.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Registry registry() {
        return registry;
    }

    public Optional<Capability> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** What a buyer of this version may override. */
    public ConfigSchema schema(Version version, Kind kind) {
        return schemas.get(new Key(version.id(), kind), unused -> ConfigSchema.of(document(version, kind)));
    }

    private ObjectNode document(Version version, Kind kind) {
        ObjectNode document = version.configSchema() instanceof ObjectNode own
                ? own.deepCopy()
                : JsonNodeFactory.instance.objectNode().put("type", "object");
        ObjectNode properties = document.withObjectProperty("properties");
        if (version.configSchema() == null) {
            for (String id : version.capabilities()) {
                find(id).ifPresent(capability ->
                        add(properties, capability.config().path("properties")));
            }
        }
        ObjectNode sections = JsonNodeFactory.instance.objectNode();
        registry.sections().stream()
                .filter(section -> section.appliesTo().contains(kind))
                .forEach(section -> sections.set(section.id(), section.config()));
        add(properties, sections);
        return document;
    }

    /** Adds what is not there yet: what a version says itself comes first. */
    private static void add(ObjectNode properties, JsonNode more) {
        more.properties().forEach(member -> {
            if (!properties.has(member.getKey())) {
                properties.set(member.getKey(), member.getValue().deepCopy());
            }
        });
    }
}
