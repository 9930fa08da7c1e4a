package dev.gsv.cmp.access;

import java.util.List;

/** A service that gets its own tokens from the embedded issuer, by client credentials. */
record OauthClient(String clientId, String secretHash, List<String> realmRoles) {
    @Override
    public String toString() {
        return "OauthClient[" + clientId + "]";
    }
}
