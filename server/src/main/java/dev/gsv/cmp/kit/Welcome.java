package dev.gsv.cmp.kit;

import java.util.List;

/** Lines that a room adds to what a person reads when the node is ready: a bean of this type, {@code @Order} sorts. */
@FunctionalInterface
public interface Welcome {
    /**
     * Lines without line breaks; none when there is nothing to say.
     *
     * @param person true when a person reads them at a terminal; else they go into a log, where no secret may be
     */
    List<String> lines(boolean person);
}
