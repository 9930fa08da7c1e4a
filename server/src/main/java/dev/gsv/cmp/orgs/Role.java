package dev.gsv.cmp.orgs;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a member may do in an organization, weakest first (section 15 of the control plane contract). */
public enum Role {
    VIEWER,
    MEMBER,
    ADMIN,
    OWNER;

    public boolean covers(Role needed) {
        return compareTo(needed) >= 0;
    }

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static Role parse(String text) {
        for (Role role : values()) {
            if (role.text().equals(text)) {
                return role;
            }
        }
        throw new dev.gsv.cmp.kit.KitProblem.Invalid("role", "must be one of owner, admin, member, viewer");
    }
}
