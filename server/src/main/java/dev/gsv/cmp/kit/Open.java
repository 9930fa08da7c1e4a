package dev.gsv.cmp.kit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an endpoint that anybody may call without a credential, and says why. A credential that is sent all the same is
 * not looked at, unless the method takes the caller because members see more: then a bad one is refused (401).
 */
@Documented
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Open {
    String because();
}
