package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.AllOrgs;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code login_failure}. */
@Repository
@AllOrgs(because = "who cannot sign in belongs to no organization")
class LoginFailureStore {

    /** How many failures the running window has, and when it ends. */
    record Window(int failures, Instant end) {}

    private final JdbcClient jdbc;

    LoginFailureStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The running window. */
    Optional<Window> find(String who, Instant now) {
        return jdbc.sql("select failures, window_end from login_failure where who = :who and window_end > :now")
                .param("who", who)
                .param("now", Timestamp.from(now))
                .query((row, number) -> new Window(
                        row.getInt("failures"), row.getTimestamp("window_end").toInstant()))
                .optional();
    }

    /** Counts one failure in the running window, or begins a window; one statement, so that none is lost. */
    void count(String who, Instant now, Instant newEnd) {
        jdbc.sql("""
                        insert into login_failure as f (who, failures, window_end)
                        values (:who, 1, :new_end)
                        on conflict (who) do update
                        set failures = case when f.window_end <= :now then 1 else f.failures + 1 end,
                            window_end = case when f.window_end <= :now then excluded.window_end else f.window_end end
                        """)
                .param("who", who)
                .param("now", Timestamp.from(now))
                .param("new_end", Timestamp.from(newEnd))
                .update();
    }

    void forget(String who) {
        jdbc.sql("delete from login_failure where who = :who").param("who", who).update();
    }

    void sweep(Instant now, int atMost) {
        jdbc.sql("""
                        delete from login_failure
                        where who in (
                            select who from login_failure where window_end <= :now limit :at_most
                            for update skip locked)
                        """).param("now", Timestamp.from(now)).param("at_most", atMost).update();
    }
}
