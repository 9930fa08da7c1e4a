package dev.gsv.cmp.flows;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what a node, or a whole run, consumes; a node's counts go on to its run. Safe for many threads. */
final class Meter {
    private final Meter whole;
    private final AtomicLong in = new AtomicLong();
    private final AtomicLong out = new AtomicLong();
    private final AtomicLong rag = new AtomicLong();
    private final AtomicLong tools = new AtomicLong();
    private final AtomicLong reported = new AtomicLong();
    private final AtomicLong counted = new AtomicLong();
    /** What calls that have begun can use at most. */
    private final AtomicLong mostIn = new AtomicLong();

    private final AtomicLong mostOut = new AtomicLong();

    /** The meter of a run. */
    Meter() {
        this.whole = this;
    }

    /** The meter of one node. */
    Meter(Meter whole) {
        this.whole = whole;
    }

    /** A meter for another node of the same run. */
    Meter beside() {
        return new Meter(whole);
    }

    void model(long tokensIn, long tokensOut, boolean byProvider) {
        in.addAndGet(tokensIn);
        out.addAndGet(tokensOut);
        (byProvider ? reported : counted).incrementAndGet();
        if (whole != this) {
            whole.model(tokensIn, tokensOut, byProvider);
        }
    }

    /** Begins a call; false when nobody pays for the most that it can use, and then it has not begun. */
    boolean begins(long tokensIn, long tokensOut, Spending spending) {
        whole.mostIn.addAndGet(tokensIn);
        whole.mostOut.addAndGet(tokensOut);
        Usage used = whole.usage();
        boolean covered = spending.covers(new Usage(
                used.llmTokensIn() + whole.mostIn.get(),
                used.llmTokensOut() + whole.mostOut.get(),
                used.toolCalls(),
                used.requests(),
                used.ragQueries(),
                used.ragIngestionMb(),
                used.tokenSource()));
        if (!covered) {
            ends(tokensIn, tokensOut);
        }
        return covered;
    }

    /** Ends a call that had begun; what it used is told with {@link #model}. */
    void ends(long tokensIn, long tokensOut) {
        whole.mostIn.addAndGet(-tokensIn);
        whole.mostOut.addAndGet(-tokensOut);
    }

    void retrieval() {
        rag.incrementAndGet();
        if (whole != this) {
            whole.retrieval();
        }
    }

    void tool() {
        tools.incrementAndGet();
        if (whole != this) {
            whole.tool();
        }
    }

    long tokensIn() {
        return in.get();
    }

    long tokensOut() {
        return out.get();
    }

    Usage usage() {
        String source = counted.get() > 0 ? Usage.COUNTED : reported.get() > 0 ? Usage.REPORTED : Usage.NONE;
        return new Usage(in.get(), out.get(), tools.get(), 1, rag.get(), 0, source);
    }
}
