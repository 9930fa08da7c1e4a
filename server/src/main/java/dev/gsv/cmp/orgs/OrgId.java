package dev.gsv.cmp.orgs;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collection;
import java.util.UUID;

/**
 * The tenant: first parameter of every store method that touches tenant data. Holding one means that access was
 * checked.
 */
public record OrgId(@JsonValue UUID value) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public OrgId {}

    @Override
    public String toString() {
        return value.toString();
    }

    /** For an array parameter of a statement. */
    public static String[] texts(Collection<OrgId> orgs) {
        return orgs.stream().map(OrgId::toString).toArray(String[]::new);
    }
}
