package dev.gsv.cmp.access;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;

/** People who sign in at the embedded issuer, and the services that get their tokens from it. */
@Service
public class Accounts {

    static final int MIN_PASSWORD = 8;
    /** Longer ones only cost time. */
    static final int MAX_PASSWORD = 200;

    private static final int MAX_EMAIL = 254;
    private static final int MAX_NAME = 255;
    private static final Pattern EMAIL = Pattern.compile("[^\\s@\\p{Cntrl}]+@[^\\s@\\p{Cntrl}]+");

    private final AccountStore store;
    private final Passwords passwords;
    private final LoginFailures failures;
    private final Issuer issuer;
    private final AccessSettings settings;
    private final Ids ids;

    Accounts(
            AccountStore store,
            Passwords passwords,
            LoginFailures failures,
            Issuer issuer,
            AccessSettings settings,
            Ids ids) {
        this.store = store;
        this.passwords = passwords;
        this.failures = failures;
        this.issuer = issuer;
        this.settings = settings;
        this.ids = ids;
    }

    /**
     * Creates an account whose address counts as verified: who calls this vouches for it. An address that has an
     * account keeps it as it is, password and roles included.
     *
     * @param realmRoles for instance {@code cmp-admin}
     */
    public Account create(String email, String name, String password, List<String> realmRoles) {
        String address = normal(email);
        if (address.length() > MAX_EMAIL || !EMAIL.matcher(address).matches()) {
            throw new KitProblem.Invalid("email", "is no e-mail address");
        }
        if (name.isBlank() || name.length() > MAX_NAME || name.codePoints().anyMatch(Character::isISOControl)) {
            throw new KitProblem.Invalid("name", "must have 1 to " + MAX_NAME + " characters");
        }
        plausiblePassword(password);
        Optional<AccountStore.Row> there = store.find(address);
        if (there.isEmpty()) {
            store.insert(new Account(ids.next(), address, name.strip(), realmRoles), passwords.hash(password));
        }
        return store.find(address).orElseThrow().account();
    }

    /** Gives an account another password; who calls this vouches for it. An unknown address changes nothing. */
    public void renew(String email, String password) {
        plausiblePassword(password);
        store.password(normal(email), passwords.hash(password));
    }

    private static void plausiblePassword(String password) {
        if (password.length() < MIN_PASSWORD || password.length() > MAX_PASSWORD) {
            throw new KitProblem.Invalid(
                    "password", "must have " + MIN_PASSWORD + " to " + MAX_PASSWORD + " characters");
        }
    }

    /** The account of an address. */
    public Optional<Account> find(String email) {
        return store.find(normal(email)).map(AccountStore.Row::account);
    }

    /**
     * A token for the right password.
     *
     * @param address the network address that asks
     * @throws AccessProblem.WrongLogin for an unknown e-mail as for a wrong password, after the same time
     * @throws KitProblem.RateLimited after too many failures
     * @throws AccessProblem.SignInElsewhere when another issuer is in charge
     */
    Issuer.Token login(String email, String password, String address) {
        if (!issuer.embedded()) {
            throw new AccessProblem.SignInElsewhere(issuer.address());
        }
        String normal = normal(email);
        failures.check(normal, address);
        boolean plausible = plausible(normal, password);
        Optional<AccountStore.Row> row = plausible ? store.find(normal) : Optional.empty();
        boolean right = passwords.matches(
                plausible ? password : "",
                row.map(AccountStore.Row::passwordHash),
                () -> failures.check(normal, address),
                () -> failures.failed(normal, address));
        if (!right) {
            throw new AccessProblem.WrongLogin();
        }
        failures.succeeded(normal);
        return issuer.token(row.orElseThrow().account());
    }

    /** Whether an account may exist with these; what cannot be in the database is not searched there. */
    private static boolean plausible(String email, String password) {
        return email.length() <= MAX_EMAIL && email.indexOf('\0') < 0 && password.length() <= MAX_PASSWORD;
    }

    private static String normal(String email) {
        return email.strip().toLowerCase(Locale.ROOT);
    }

    Optional<OauthClient> client(String clientId) {
        return issuer.embedded() && clientId.indexOf('\0') < 0 ? store.client(clientId) : Optional.empty();
    }

    /**
     * Our own service account, as {@code OIDC_CLIENT_ID} and {@code OIDC_CLIENT_SECRET} say; without a secret there is
     * none.
     */
    @EventListener(ApplicationStartedEvent.class)
    void ownClient() {
        if (issuer.embedded() && !settings.clientSecret().isEmpty()) {
            store.save(new OauthClient(
                    settings.clientId(), ClientSecrets.hash(settings.clientSecret()), List.of(Tokens.SERVICE_ROLE)));
        }
    }
}
