package dev.gsv.cmp.kit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The public face of one kind of problem: its code, HTTP status and title. Each has a page
 * {@code docs/errors/<room>/<code>.md}.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface ProblemCode {
    /** Upper snake case, see section 8 of the control plane contract. */
    String value();

    int status();

    String title();

    /** The room that keeps the page, when a code is shared: one code has one page. Empty: the problem's own room. */
    String pageOf() default "";
}
