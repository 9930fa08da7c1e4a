package dev.gsv.cmp;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaParameterizedType;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Open;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;
import org.springframework.stereotype.Repository;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The house stands as its architecture page says: rooms, doors, file roles. */
class HouseTest {

    private static final JavaClasses CMP = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.gsv.cmp");

    /** Who may import whom, besides kit; extended by ADR 0007 and 0008. */
    private static final Map<String, Set<String>> DOORS = Map.ofEntries(
            Map.entry("kit", Set.of()),
            Map.entry("orgs", Set.of()),
            Map.entry("access", Set.of("orgs", "instances")),
            Map.entry("catalog", Set.of("orgs")),
            Map.entry("billing", Set.of("orgs")),
            Map.entry("audit", Set.of("orgs")),
            Map.entry("hooks", Set.of("orgs")),
            Map.entry("quotas", Set.of("orgs")),
            Map.entry("connectors", Set.of("orgs")),
            Map.entry("instances", Set.of("orgs", "catalog")),
            Map.entry("flows", Set.of("orgs", "catalog", "connectors")),
            Map.entry("knowledge", Set.of("orgs", "instances")),
            Map.entry("payments", Set.of("orgs", "billing", "quotas")),
            Map.entry("commerce", Set.of("orgs", "catalog", "instances", "billing", "payments")),
            Map.entry("earnings", Set.of("orgs", "catalog", "billing")),
            Map.entry("runs", Set.of("orgs", "instances", "quotas", "billing", "flows", "knowledge")),
            Map.entry("widget", Set.of("orgs", "access", "instances", "runs")),
            Map.entry("schedules", Set.of("orgs", "access", "instances", "runs")),
            Map.entry(
                    "demo",
                    Set.of("orgs", "access", "catalog", "flows", "knowledge", "instances", "commerce", "billing")));

    /** Who makes, watches or classifies the database's connections, and reads no row. */
    private static final Class<?>[] NEAR_SQL =
            kit("DatabaseConfig", "Jobs", "Outage", "Pipeline", "Pipelines", "Readiness", "SqlState");

    private static final Set<String> KEEPERS_OF_FILES = Set.of(
            "kit.DatabaseDirectory",
            "kit.EmbeddedDatabase",
            "kit.MasterKey",
            "kit.PostgresBinaries",
            "billing.VerifyLedger",
            "flows.FileArtifacts",
            "demo.DemoFile",
            "runs.Unsettled");

    private static final List<Class<?>> MANY = List.of(Collection.class, List.class, Set.class, Map.class);

    private static Class<?>[] kit(String... names) {
        return Stream.of(names)
                .map(name -> CMP.get("dev.gsv.cmp.kit." + name).reflect())
                .toArray(Class<?>[]::new);
    }

    @Test
    void modulith_finds_no_violation() {
        ApplicationModules.of(Cmp.class).verify();
    }

    @Test
    void rooms_import_only_what_the_table_allows() {
        List<String> wrong = new ArrayList<>();
        for (JavaClass type : CMP) {
            String room = room(type);
            if (room.isEmpty()) {
                continue;
            }
            assertThat(DOORS).as("the table names the room").containsKey(room);
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> room(dependency.getTargetClass()))
                    .filter(other -> !other.isEmpty() && !other.equals(room) && !other.equals("kit"))
                    .filter(other -> !DOORS.getOrDefault(room, Set.of()).contains(other))
                    .forEach(other -> wrong.add(type.getName() + " imports " + other));
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void every_room_is_one_flat_package_with_a_door_plate() throws IOException {
        for (String room : rooms()) {
            Path folder =
                    House.root().resolve("server/src/main/java/dev/gsv/cmp").resolve(room);
            try (Stream<Path> inside = Files.list(folder)) {
                assertThat(inside.filter(Files::isDirectory)).isEmpty();
            }
            String plate = Files.readString(folder.resolve("package-info.java"));
            assertThat(plate).contains("@NullMarked", "@ApplicationModule(", "Always true");
        }
    }

    @Test
    void each_line_under_always_true_has_a_test_of_the_same_words() throws IOException {
        List<String> missing = new ArrayList<>();
        for (String room : rooms()) {
            String plate = Files.readString(House.root()
                    .resolve("server/src/main/java/dev/gsv/cmp")
                    .resolve(room)
                    .resolve("package-info.java"));
            Path tests =
                    House.root().resolve("server/src/test/java/dev/gsv/cmp").resolve(room);
            String all = Files.isDirectory(tests) ? text(tests) : "";
            Matcher line = Pattern.compile("<li>(.*?)[;.]\\s*\\n(?= \\* *(?:<li>|</ul>))", Pattern.DOTALL)
                    .matcher(plate.substring(plate.indexOf("Always true")));
            while (line.find()) {
                String name = line.group(1)
                        .replaceAll("\\s*\\n \\*\\s*", " ")
                        .replaceAll("\\{@\\w+ ([^}]*)}", "$1")
                        .toLowerCase(java.util.Locale.ROOT)
                        .replaceAll("[^a-z0-9]+", "_")
                        .replaceAll("^_|_$", "");
                if (!all.contains("void " + name + "(")) {
                    missing.add(room + ": " + name);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void sql_stands_only_in_stores() {
        noClasses()
                .that()
                .haveSimpleNameNotEndingWith("Store")
                .and(are(not(belongToAnyOf(NEAR_SQL))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework.jdbc.core..", "java.sql..", "javax.sql..")
                .check(CMP);
        classes()
                .that()
                .areAnnotatedWith(Repository.class)
                .should()
                .haveSimpleNameEndingWith("Store")
                .andShould()
                .notBePublic()
                .check(CMP);
    }

    @Test
    void files_are_touched_only_by_those_who_keep_them() {
        noClasses()
                .that()
                .haveSimpleNameNotEndingWith("Store")
                .and(are(not(describe("a keeper of files", type -> KEEPERS_OF_FILES.contains(outermost(type))))))
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.nio\\.file\\.Files|java\\.io\\.(File|RandomAccessFile)[A-Za-z]*"
                        + "|java\\.nio\\.channels\\.FileChannel")
                .check(CMP);
    }

    private static String outermost(JavaClass type) {
        return type.getName().replaceFirst("^dev\\.gsv\\.cmp\\.", "").replaceFirst("\\$.*", "");
    }

    @Test
    void controllers_stand_only_in_apis_and_are_package_private() {
        classes()
                .that()
                .areAnnotatedWith(RestController.class)
                .should()
                .haveSimpleNameEndingWith("Api")
                .andShould()
                .notBePublic()
                .check(CMP);
    }

    @Test
    void the_network_is_reached_only_in_clients() {
        noClasses()
                .that()
                .haveSimpleNameNotContaining("Client")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.net\\.http\\..*|java\\.net\\.(Http)?URLConnection"
                        + "|software\\.amazon\\.awssdk\\.services\\..*|java\\.net\\.Socket"
                        + "|dev\\.langchain4j\\.model\\.openai\\..*ChatModel.*")
                .check(CMP);
    }

    @Test
    void every_endpoint_says_who_may_call_it() {
        List<String> silent = new ArrayList<>();
        for (JavaMethod method : endpoints()) {
            if (!method.isAnnotatedWith(Needs.class)
                    && !method.isAnnotatedWith(Open.class)
                    && !method.getOwner().isAnnotatedWith(Open.class)) {
                silent.add(method.getFullName());
            }
        }
        assertThat(silent).isEmpty();
        assertThat(endpoints()).isNotEmpty();
    }

    @Test
    void every_store_method_names_its_organization_first() {
        List<String> wrong = new ArrayList<>();
        for (JavaClass type : CMP) {
            if (!type.getSimpleName().endsWith("Store")
                    || type.isInterface()
                    || !type.getEnclosingClass().isEmpty()
                    || type.isAnnotatedWith(AllOrgs.class)) {
                continue;
            }
            for (JavaMethod method : type.getMethods()) {
                boolean inner = method.getModifiers().contains(JavaModifier.PRIVATE)
                        || method.getModifiers().contains(JavaModifier.SYNTHETIC)
                        || method.getModifiers().contains(JavaModifier.STATIC);
                if (!inner && !namesItsOrganization(method) && !method.isAnnotatedWith(AllOrgs.class)) {
                    wrong.add(method.getFullName());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** The first parameter is an organization, a list or map by organizations, or of records that carry theirs. */
    private static boolean namesItsOrganization(JavaMethod method) {
        if (method.getParameterTypes().isEmpty()) {
            return false;
        }
        JavaType first = method.getParameterTypes().getFirst();
        if (first instanceof JavaParameterizedType many
                && MANY.stream().anyMatch(kind -> many.toErasure().isEquivalentTo(kind))) {
            first = many.getActualTypeArguments().getFirst();
        }
        JavaClass type = first.toErasure();
        return type.isEquivalentTo(OrgId.class)
                || (type.isRecord()
                        && type.getFields().stream()
                                .anyMatch(field -> field.getRawType().isEquivalentTo(OrgId.class)));
    }

    /** What the rule above takes and what it refuses. */
    interface SampleStore {
        record Carries(OrgId org, int n) {}

        record Lacks(int n) {}

        void ledByOne(OrgId org);

        void ledByMany(Collection<OrgId> orgs);

        void ledByKeys(Map<OrgId, Integer> amounts);

        void ledByRecord(Carries one);

        void ledByRecords(List<Carries> many);

        void bare();

        void late(int n, OrgId org);

        void valued(Map<Integer, OrgId> orgs);

        void lacking(List<Lacks> many);
    }

    @Test
    void a_batch_may_name_many_organizations_first() {
        JavaClass samples = new ClassFileImporter().importClass(SampleStore.class);
        assertThat(samples.getMethods())
                .hasSize(9)
                .allSatisfy(method -> assertThat(namesItsOrganization(method))
                        .as(method.getName())
                        .isEqualTo(method.getName().startsWith("led")));
    }

    @Test
    void jobs_hold_no_sql_and_no_decision() {
        noClasses()
                .that()
                .haveSimpleNameEndingWith("Jobs")
                .and()
                .resideOutsideOfPackage("dev.gsv.cmp.kit")
                .should()
                .dependOnClassesThat()
                .haveSimpleNameEndingWith("Store")
                .allowEmptyShould(true)
                .check(CMP);
    }

    static List<JavaMethod> endpoints() {
        return CMP.stream()
                .filter(type -> type.isAnnotatedWith(RestController.class))
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.isAnnotatedWith(RequestMapping.class)
                        || method.isMetaAnnotatedWith(RequestMapping.class))
                .toList();
    }

    static Set<String> rooms() {
        return CMP.stream()
                .map(HouseTest::room)
                .filter(room -> !room.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Room by room, what it really imports: for {@code golden/rooms.puml}. */
    static Map<String, Set<String>> imports() {
        Map<String, Set<String>> result = new TreeMap<>();
        for (JavaClass type : CMP) {
            String room = room(type);
            if (!room.isEmpty()) {
                Set<String> others = result.computeIfAbsent(room, unused -> new TreeSet<>());
                type.getDirectDependenciesFromSelf().stream()
                        .map(dependency -> room(dependency.getTargetClass()))
                        .filter(other -> !other.isEmpty() && !other.equals(room))
                        .forEach(others::add);
            }
        }
        return result;
    }

    private static String room(JavaClass type) {
        String pack = type.getPackageName();
        return pack.startsWith("dev.gsv.cmp.") ? pack.substring("dev.gsv.cmp.".length()) : "";
    }

    private static String text(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            StringBuilder all = new StringBuilder();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(Files.readString(file));
            }
            return all.toString();
        }
    }
}
