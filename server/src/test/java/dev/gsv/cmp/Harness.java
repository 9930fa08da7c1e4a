package dev.gsv.cmp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The running program for tests over HTTP: started once per build on a free port over its own real database, without
 * the demo. Tests share it and keep apart by making organizations of their own. A test that needs other settings starts
 * its own with {@link #start}.
 */
public final class Harness implements AutoCloseable {

    private static volatile Harness shared;

    private final ConfigurableApplicationContext context;
    private final Database database;
    private final Path data;

    private Harness(ConfigurableApplicationContext context, Database database, Path data) {
        this.context = context;
        this.database = database;
        this.data = data;
    }

    /** The shared application. */
    public static Harness shared() {
        Harness running = shared;
        if (running == null) {
            synchronized (Harness.class) {
                running = shared;
                if (running == null) {
                    running = start(Map.of());
                    shared = running;
                }
            }
        }
        return running;
    }

    /** An anonymous caller of the shared application. */
    public static Api api() {
        return shared().caller();
    }

    /** An application of its own over a fresh database; close it. */
    public static Harness start(Map<String, String> settings) {
        return start(Database.fresh(), settings);
    }

    /** An application over a given database, for instance a second node. */
    public static Harness start(Database database, Map<String, String> settings) {
        try {
            Path data = Files.createTempDirectory("cmp-test");
            List<String> args = new ArrayList<>(List.of(
                    "--server.port=0",
                    "--CMP_PORT=0",
                    "--CMP_DEMO=false",
                    "--CMP_DATA=" + data,
                    "--DATABASE_URL=" + database.url(),
                    "--cmp.database.allow-losing-commits=true",
                    "--spring.main.banner-mode=off"));
            // Given twice, an argument would be a list of both.
            args.removeIf(arg -> settings.containsKey(arg.substring(2).replaceFirst("=.*", "")));
            settings.forEach((name, value) -> args.add("--" + name + "=" + value));
            SpringApplication application = new SpringApplication(Cmp.class);
            application.setRegisterShutdownHook(false);
            return new Harness(application.run(args.toArray(String[]::new)), database, data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String base() {
        return "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    }

    public Api caller() {
        return Api.at(base());
    }

    public Database database() {
        return database;
    }

    /** The folder that stands for CMP_DATA. */
    public Path data() {
        return data;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    /** A text that no other test uses. */
    public static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    @Override
    public void close() {
        context.close();
    }
}
