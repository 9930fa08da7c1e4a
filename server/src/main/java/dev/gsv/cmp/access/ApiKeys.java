package dev.gsv.cmp.access;

import dev.gsv.cmp.orgs.Caller;
import org.springframework.stereotype.Service;

/** API keys. */
@Service
public class ApiKeys {
    static final int MAX_LIFETIME_DAYS = 5 * 365;

    static boolean looksLike(String credential) {
        return credential.startsWith("ar_sk_") || credential.startsWith("cmp_sk_");
    }

    Caller.Key prove(String credential) {
        throw new AccessProblem.InvalidCredential();
    }
}
