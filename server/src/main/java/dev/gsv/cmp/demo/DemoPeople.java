package dev.gsv.cmp.demo;

import dev.gsv.cmp.access.Account;
import dev.gsv.cmp.access.Accounts;
import dev.gsv.cmp.kit.Json;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Need;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Who signs in to the demo: a buyer, a seller, an operator. */
@Service
class DemoPeople {
    /** Without letters and digits that people mix up. */
    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    /** More than 110 bits. */
    private static final int PASSWORD_LENGTH = 20;

    /** One of them; the name of the constant begins the names in {@code demo.env}. */
    enum Person {
        BUYER("Robin"),
        SELLER("Sam"),
        OPERATOR("Olga");

        private final String called;

        Person(String called) {
            this.called = called;
        }

        String email() {
            return name().toLowerCase(Locale.ROOT) + "@demo.example";
        }

        String emailKey() {
            return name() + "_EMAIL";
        }

        String passwordKey() {
            return name() + "_PASSWORD";
        }
    }

    private final Accounts accounts;
    private final DemoStore store;
    private final DemoSettings settings;
    private final SecureRandom random = new SecureRandom();

    DemoPeople(Accounts accounts, DemoStore store, DemoSettings settings) {
        this.accounts = accounts;
        this.store = store;
        this.settings = settings;
    }

    /** Adds what is missing of the logins; true when something was. */
    boolean complete(Map<String, String> logins) {
        boolean added = false;
        for (Person person : Person.values()) {
            added |= logins.put(person.emailKey(), person.email()) == null;
            added |= logins.putIfAbsent(person.passwordKey(), password()) == null;
        }
        return added;
    }

    private String password() {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < PASSWORD_LENGTH; i++) {
            password.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return password.toString();
    }

    /**
     * Makes the accounts open with these logins, which are on the disk already. An account is touched only when its
     * password is not the one of the file: after a crash, or when the file was lost.
     */
    @Transactional
    public void admit(Map<String, String> logins) {
        String digest = Json.sha256(Stream.of(Person.values())
                .map(person -> logins.getOrDefault(person.passwordKey(), ""))
                .toArray(String[]::new));
        if (store.loginsSha256().filter(digest::equals).isPresent()) {
            return;
        }
        for (Person person : Person.values()) {
            String password = logins.getOrDefault(person.passwordKey(), "");
            if (accounts.find(person.email()).isPresent()) {
                accounts.renew(person.email(), password);
            } else {
                accounts.create(person.email(), person.called, password, roles(person));
            }
        }
        store.noteLogins(digest);
    }

    private List<String> roles(Person person) {
        return person == Person.OPERATOR ? List.of(settings.adminRole()) : List.of();
    }

    /** This person, as a request of theirs would be. */
    Caller caller(Person person) {
        Account account = accounts.find(person.email())
                .orElseThrow(() -> new IllegalStateException("the account of the demo's " + person + " is gone"));
        return Caller.person(
                        account.id().toString(),
                        account.name(),
                        account.email(),
                        true,
                        account.realmRoles().contains(settings.adminRole()))
                .needing(Set.of(Need.ADMIN));
    }
}
