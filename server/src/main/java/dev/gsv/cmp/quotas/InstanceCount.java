package dev.gsv.cmp.quotas;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What an instance was counted in the minute and in the month that are named. */
record InstanceCount(Instant minute, int inMinute, Instant month, int inMonth) {

    /** What is counted now: a minute or a month that is over counts as empty. */
    InstanceCount at(Instant now) {
        Instant thisMinute = now.truncatedTo(ChronoUnit.MINUTES);
        Instant thisMonth = Windows.MONTH.start(now);
        return new InstanceCount(
                thisMinute, minute.equals(thisMinute) ? inMinute : 0, thisMonth, month.equals(thisMonth) ? inMonth : 0);
    }

    InstanceCount plus(int runs) {
        return new InstanceCount(minute, inMinute + runs, month, inMonth + runs);
    }
}
