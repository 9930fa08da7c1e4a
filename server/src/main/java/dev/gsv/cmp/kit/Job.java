package dev.gsv.cmp.kit;

import java.time.Duration;

/**
 * Work that is done again and again by one node at a time. Rooms offer jobs as beans; {@link Jobs} runs them.
 *
 * @param name unique, {@code room.noun}
 * @param every the pause between two runs
 */
public record Job(String name, Duration every, Runnable work) {}
