package dev.gsv.cmp.orgs;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Declares who may call an endpoint. {@link Gate} refuses callers of the wrong kind before the body is read; the role
 * is checked by {@link Orgs#enter} against the organization that the call turns out to concern.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Needs {

    /** Any one of these is enough. */
    Need[] value();

    /**
     * Where an API key of the instance may call as well: the scope that it must have. Empty is closed to keys. A key
     * acts with the role member.
     */
    Scope[] keys() default {};
}
