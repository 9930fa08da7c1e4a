package dev.gsv.cmp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network cable between the program and its database, on this machine: it can be cut at the worst moment, which is
 * after a commit and before its answer, and it can be plugged into another server.
 */
public final class Cable implements AutoCloseable {

    /** What PostgreSQL says when a transaction is committed. */
    private static final String COMMITTED = "C\0\0\0\u000bCOMMIT\0";

    private static final int BUFFER = 64 * 1024;

    private final ServerSocket plug;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger commits = new AtomicInteger();
    private volatile int server;

    public Cable(int server) {
        this.server = server;
        try {
            this.plug = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** The address of a database on the server, through this cable. */
    public String through(String url) {
        return url.replaceFirst("@127\\.0\\.0\\.1:\\d+/", "@127.0.0.1:" + plug.getLocalPort() + "/");
    }

    /** The port in such an address. */
    public static int port(String url) {
        return Integer.parseInt(url.replaceFirst(".*@127\\.0\\.0\\.1:(\\d+)/.*", "$1"));
    }

    /** The answer to the n-th commit from now on does not arrive. */
    public void cutAfterCommit(int nth) {
        commits.set(nth);
    }

    /** True when {@link #cutAfterCommit} has happened. */
    public boolean wasCut() {
        return commits.get() == 0;
    }

    /** Cuts all connections; new ones lead to another server. */
    public void leadTo(int other) {
        server = other;
        open.forEach(Cable::close);
    }

    private void accept() {
        while (!plug.isClosed()) {
            try {
                Socket program = plug.accept();
                Thread.ofVirtual().start(() -> connect(program));
            } catch (IOException e) {
                return; // The test is over.
            }
        }
    }

    private void connect(Socket program) {
        try {
            Socket database = new Socket(InetAddress.getLoopbackAddress(), server);
            program.setTcpNoDelay(true);
            database.setTcpNoDelay(true);
            open.add(program);
            open.add(database);
            Thread.ofVirtual().start(() -> copy(program, database, false));
            copy(database, program, true);
        } catch (IOException e) {
            close(program); // Nobody listens there, which is what a cable shows.
        }
    }

    private void copy(Socket from, Socket to, boolean answers) {
        byte[] bytes = new byte[BUFFER];
        String tail = "";
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                if (answers) {
                    String seen = tail + new String(bytes, 0, n, StandardCharsets.ISO_8859_1);
                    if (seen.contains(COMMITTED) && commits.get() > 0 && commits.decrementAndGet() == 0) {
                        return;
                    }
                    tail = seen.substring(Math.max(0, seen.length() - COMMITTED.length() + 1));
                }
                out.write(bytes, 0, n);
            }
        } catch (IOException e) {
            return; // One end is gone, so the other goes as well.
        } finally {
            close(from);
            close(to);
            open.remove(from);
            open.remove(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            plug.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(Cable::close);
    }
}
