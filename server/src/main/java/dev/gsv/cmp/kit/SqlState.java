package dev.gsv.cmp.kit;

import java.sql.SQLException;
import java.util.Set;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;

/** What PostgreSQL said no with, by its five-letter code; the framework's own classes are coarser. */
public enum SqlState {
    /** A lock was not had in time. */
    LOCK_TIMEOUT("55P03"),
    /** Waiting took too long already. */
    TIMEOUT("55P03", "57014"),
    /** Nothing is wrong with the statement: repeated later it may succeed. */
    TRANSIENT("55P03", "57014", "40001", "40P01", "53300", "53400", "57P01", "57P02", "57P03", "25P03"),
    /** The server is not there, or left in the middle. */
    GONE("08000", "08001", "08003", "08004", "08006", "57P01", "57P02", "57P03"),
    /** A text held a NUL character, or a number was out of range. */
    BAD_DATA("22021", "22P05", "22003", "22P02", "22008"),
    UNIQUE_VIOLATION("23505"),
    FOREIGN_KEY_VIOLATION("23503");

    private static final int MAX_CAUSES = 20;

    private final Set<String> codes;

    SqlState(String... codes) {
        this.codes = Set.of(codes);
    }

    /** True when the database, or the lack of a connection to it, stood in the way and the work itself did not. */
    static boolean isTransient(RuntimeException exception) {
        return exception instanceof CannotCreateTransactionException
                || (exception instanceof DataAccessException data && TRANSIENT.of(data))
                || isStalePlan(exception);
    }

    /** True when a repetition at once may succeed, so that it is worth the wait of those who queue behind. */
    static boolean isWorthRepeating(RuntimeException exception) {
        return exception instanceof DataAccessException data && TRANSIENT.of(data) && !TIMEOUT.of(data)
                || isStalePlan(exception);
    }

    /**
     * True when a newer version has added to a table while a statement of this one had its plan. The driver plans anew
     * from the next time on.
     */
    static boolean isStalePlan(Throwable thrown) {
        Throwable at = thrown;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++, at = at.getCause()) {
            if (at instanceof PSQLException said) {
                ServerErrorMessage server = said.getServerErrorMessage();
                return server != null && "RevalidateCachedQuery".equals(server.getRoutine());
            }
        }
        return false;
    }

    public boolean of(DataAccessException exception) {
        return exception.getMostSpecificCause() instanceof SQLException sql
                && sql.getSQLState() != null
                && codes.contains(sql.getSQLState());
    }

    /** Whether the throwable, or a cause of it, is such an answer. */
    boolean in(Throwable thrown) {
        Throwable at = thrown;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++, at = at.getCause()) {
            if (at instanceof SQLException sql && sql.getSQLState() != null && codes.contains(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }
}
