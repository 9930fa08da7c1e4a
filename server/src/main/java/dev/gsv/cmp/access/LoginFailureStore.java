package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.AllOrgs;
import java.sql.Timestamp;
import java.time.Instant;
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

    /**
     * Counts one attempt in the running window, or begins a window; one statement, so that parallel guesses all count.
     */
    Window count(String who, Instant now, Instant newEnd) {
        return jdbc.sql("""
                        insert into login_failure as f (who, failures, window_end)
                        values (:who, 1, :new_end)
                        on conflict (who) do update
                        set failures = case when f.window_end <= :now then 1 else least(f.failures, 1000000) + 1 end,
                            window_end = case when f.window_end <= :now then excluded.window_end else f.window_end end
                        returning failures, window_end
                        """)
                .param("who", who)
                .param("now", Timestamp.from(now))
                .param("new_end", Timestamp.from(newEnd))
                .query((row, number) -> new Window(
                        row.getInt("failures"), row.getTimestamp("window_end").toInstant()))
                .single();
    }

    /** Takes one attempt back: it was no failure. */
    void forgive(String who) {
        jdbc.sql("update login_failure set failures = failures - 1 where who = :who and failures > 1")
                .param("who", who)
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
