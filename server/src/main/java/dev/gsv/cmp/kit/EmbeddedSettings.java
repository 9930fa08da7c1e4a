package dev.gsv.cmp.kit;

import java.util.Map;
import java.util.TreeMap;

/**
 * What the embedded PostgreSQL is started with, on its command line, where it wins over every file. Small, because this
 * server shares a laptop; a busy installation sets {@code DATABASE_URL}.
 */
final class EmbeddedSettings {

    private EmbeddedSettings() {}

    /** @param durable whether every commit is on disk before it is answered; off in tests only */
    static Map<String, String> of(boolean durable) {
        String safe = durable ? "on" : "off";
        Map<String, String> settings = new TreeMap<>();
        settings.put("fsync", safe);
        settings.put("synchronous_commit", safe);
        settings.put("full_page_writes", safe);
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("unix_socket_directories", "");
        settings.put("timezone", "UTC");
        settings.put("log_timezone", "UTC");
        settings.put("max_connections", durable ? "60" : "400");
        settings.put("shared_buffers", "64MB");
        settings.put("max_wal_size", "512MB");
        settings.put("io_method", "sync");
        settings.put("jit", "off");
        settings.put("log_min_messages", "log");
        settings.put("log_checkpoints", "off");
        return settings;
    }
}
