package dev.gsv.cmp;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.gsv.cmp.kit.Open;
import dev.gsv.cmp.kit.Problem;
import dev.gsv.cmp.kit.ProblemCode;
import dev.gsv.cmp.orgs.Needs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What we promise, as files: a change of a promise is a line in a diff. What the program says now is written to
 * {@code server/target/golden}; {@code ./cmp golden} shows the difference and accepts it.
 */
class GoldenTest {

    private static final Path PROMISED = House.root().resolve("golden");
    private static final Path FOUND = House.root().resolve("server/target/golden");

    @Test
    void the_api_description_is_as_promised() throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(Harness.shared().base() + "/api/schema"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        JsonMapper pretty = JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .build();
        JsonNode document = pretty.readTree(response.body());
        ((tools.jackson.databind.node.ObjectNode) document).remove("servers");
        compare("openapi.json", pretty.writeValueAsString(pretty.treeToValue(document, Map.class)) + "\n");
    }

    @Test
    void the_routes_are_as_promised() throws IOException {
        TreeSet<String> lines = new TreeSet<>();
        RequestMappingHandlerMapping mapping =
                Harness.shared().bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        for (Map.Entry<RequestMappingInfo, HandlerMethod> route :
                mapping.getHandlerMethods().entrySet()) {
            if (!route.getValue().getBeanType().getName().startsWith("dev.gsv.cmp.")) {
                continue;
            }
            for (String path : route.getKey().getPatternValues()) {
                route.getKey()
                        .getMethodsCondition()
                        .getMethods()
                        .forEach(method -> lines.add("%-60s %-7s %s".formatted(path, method, who(route.getValue()))));
            }
        }
        compare("routes.txt", String.join("\n", lines) + "\n");
    }

    private static String who(HandlerMethod method) {
        Needs needs = method.getMethodAnnotation(Needs.class);
        if (needs != null) {
            return Arrays.stream(needs.value()).map(Enum::name).collect(Collectors.joining(" or "))
                    + Arrays.stream(needs.keys())
                            .map(scope -> " or API key with " + scope.text())
                            .collect(Collectors.joining());
        }
        Open open = method.getMethodAnnotation(Open.class);
        return open == null ? "open" : "open: " + open.because();
    }

    @Test
    void the_tables_are_as_promised() throws IOException {
        JdbcClient jdbc = JdbcClient.create(Database.fresh().dataSource());
        StringBuilder text = new StringBuilder();
        jdbc.sql("""
                        select c.table_name, c.column_name, c.data_type, c.is_nullable, c.column_default
                        from information_schema.columns c
                        join information_schema.tables t
                          on t.table_schema = c.table_schema and t.table_name = c.table_name and t.table_type = 'BASE TABLE'
                        where c.table_schema = 'public' and c.table_name <> 'flyway_schema_history'
                          and not exists (select from pg_class p
                                          where p.relname = c.table_name and p.relispartition)
                        order by c.table_name, c.ordinal_position
                        """)
                .query((row, number) -> row.getString("table_name") + "."
                        + row.getString("column_name") + " " + row.getString("data_type")
                        + ("NO".equals(row.getString("is_nullable")) ? " not null" : "")
                        + (row.getString("column_default") == null
                                ? ""
                                : " default " + row.getString("column_default")))
                .list()
                .forEach(line -> text.append(line).append('\n'));
        text.append('\n');
        jdbc.sql("""
                        select rel.relname || ': ' || pg_get_constraintdef(con.oid) as line
                        from pg_constraint con
                        join pg_class rel on rel.oid = con.conrelid
                        join pg_namespace n on n.oid = rel.relnamespace
                        where n.nspname = 'public' and con.contype in ('p', 'u', 'f', 'c')
                          and rel.relname <> 'flyway_schema_history' and not rel.relispartition
                        union all
                        select indexdef from pg_indexes
                        where schemaname = 'public' and tablename <> 'flyway_schema_history'
                          and not exists (select from pg_class p
                                          where p.relname = tablename and p.relispartition)
                        order by 1
                        """)
                .query(String.class)
                .list()
                .forEach(line -> text.append(line).append('\n'));
        compare("schema.sql", text.toString());
    }

    @Test
    void the_error_codes_are_as_promised_and_each_has_a_page() throws IOException {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.gsv.cmp");
        TreeSet<String> lines = new TreeSet<>();
        Set<String> pages = new TreeSet<>();
        classes.stream()
                .filter(type -> type.isAssignableTo(Problem.class)
                        && !type.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT))
                .map(type -> type.reflect())
                .forEach(type -> {
                    ProblemCode face = type.getAnnotation(ProblemCode.class);
                    assertThat(face).as(type + " carries @ProblemCode").isNotNull();
                    lines.add("%-34s %d  %-50s %s"
                            .formatted(face.value(), face.status(), Problem.page(type), face.title()));
                    pages.add(Problem.page(type));
                });
        compare("errors.txt", String.join("\n", lines) + "\n");
        assertThat(pages)
                .allSatisfy(page -> assertThat(House.root().resolve(page.substring(1) + ".md"))
                        .exists());
    }

    @Test
    void a_code_has_one_page_and_one_status_and_a_page_one_code() throws IOException {
        Set<String> facts = new TreeSet<>();
        Files.readAllLines(PROMISED.resolve("errors.txt")).forEach(line -> {
            String[] parts = line.strip().split("\\s+", 4);
            facts.add(parts[0] + " " + parts[1] + " " + parts[2]);
        });
        assertThat(facts.stream().map(fact -> fact.replaceFirst(" .*", ""))).doesNotHaveDuplicates();
        Set<String> promised =
                facts.stream().map(fact -> fact.replaceFirst(".* ", "")).collect(Collectors.toSet());
        try (var files = Files.walk(House.root().resolve("docs/errors"))) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> "/"
                                    + House.root().relativize(file).toString().replaceFirst("\\.md$", "")))
                    .as("pages")
                    .containsExactlyInAnyOrderElementsOf(promised);
        }
    }

    @Test
    void the_rooms_are_as_promised() throws IOException {
        StringBuilder text = new StringBuilder("@startuml\n");
        HouseTest.imports().forEach((room, others) -> {
            text.append("[").append(room).append("]\n");
            others.stream()
                    .filter(other -> !other.equals("kit"))
                    .forEach(other -> text.append("[")
                            .append(room)
                            .append("] --> [")
                            .append(other)
                            .append("]\n"));
        });
        compare("rooms.puml", text.append("@enduml\n").toString());
    }

    private static void compare(String name, String found) throws IOException {
        Files.createDirectories(FOUND);
        Files.writeString(FOUND.resolve(name), found);
        Path promised = PROMISED.resolve(name);
        assertThat(found)
                .as("golden/" + name + " is out of date: look at the difference and accept it with ./cmp golden")
                .isEqualTo(Files.exists(promised) ? Files.readString(promised) : "");
    }
}
