package dev.gsv.cmp.access;

import java.util.List;
import java.util.UUID;

/** A person who signs in at the embedded issuer; the id is the subject of their tokens. */
public record Account(UUID id, String email, String name, List<String> realmRoles) {
    public Account {
        realmRoles = List.copyOf(realmRoles);
    }
}
