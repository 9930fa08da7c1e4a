package dev.gsv.cmp.flows;

import java.util.List;

/** The stored conversation of a session, kept by whoever starts the run. The session key already names the instance. */
public interface History {
    /** The newest {@code n} turns of this session, oldest first. */
    List<Turn> last(String session, int n);

    /** Stores turns in this order; called once at the end of a run that answered. */
    void append(String session, List<Turn> turns);

    /** For runs that remember nothing. */
    static History none() {
        return new History() {
            @Override
            public List<Turn> last(String session, int n) {
                return List.of();
            }

            @Override
            public void append(String session, List<Turn> turns) {
                // Nothing is kept.
            }
        };
    }
}
