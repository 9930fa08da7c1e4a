package dev.gsv.cmp.flows;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what a node, or a whole run, consumes; a node's counts go on to its run. Safe for many threads. */
final class Meter {
    private final Meter whole;
    private final AtomicLong in = new AtomicLong();
    private final AtomicLong out = new AtomicLong();
    private final AtomicLong rag = new AtomicLong();
    private final AtomicLong reported = new AtomicLong();
    private final AtomicLong counted = new AtomicLong();

    /** The meter of a run. */
    Meter() {
        this.whole = this;
    }

    /** The meter of one node. */
    Meter(Meter whole) {
        this.whole = whole;
    }

    void model(long tokensIn, long tokensOut, boolean byProvider) {
        in.addAndGet(tokensIn);
        out.addAndGet(tokensOut);
        (byProvider ? reported : counted).incrementAndGet();
        if (whole != this) {
            whole.model(tokensIn, tokensOut, byProvider);
        }
    }

    void retrieval() {
        rag.incrementAndGet();
        if (whole != this) {
            whole.retrieval();
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
        return new Usage(in.get(), out.get(), 0, 1, rag.get(), 0, source);
    }
}
