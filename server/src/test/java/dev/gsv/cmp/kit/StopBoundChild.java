package dev.gsv.cmp.kit;

import java.nio.file.Path;

/** A process with an embedded database and something that never ends when it is told to stop. */
final class StopBoundChild {
    private StopBoundChild() {}

    @SuppressWarnings("resource") // It is never closed: that is the trouble it makes.
    public static void main(String[] args) throws Exception {
        StopBound.arm();
        EmbeddedDatabase database = EmbeddedDatabase.durable(Path.of(args[0]), Path.of(args[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (args[2].equals("hangs")) {
                sleep();
            } else {
                database.close();
            }
        }));
        System.out.println("ready");
        sleep();
    }

    private static void sleep() {
        try {
            Thread.sleep(600_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
