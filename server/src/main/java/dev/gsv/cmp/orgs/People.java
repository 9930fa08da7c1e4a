package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.KitProblem;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Persons as their tokens describe them, and the invitations that wait for them (decision C-27). */
@Service
public class People {

    private static final Logger log = LoggerFactory.getLogger(People.class);

    private final PeopleStore store;
    private final TransactionTemplate whole;

    People(PeopleStore store, PlatformTransactionManager transactions) {
        this.store = store;
        this.whole = new TransactionTemplate(transactions);
    }

    /**
     * Takes note of a person whose token was proved, and lets them join where their verified e-mail is invited. One
     * indexed read when nothing is new.
     *
     * @throws OrgsProblem.Disabled when the operator has disabled the person
     */
    public void met(Caller caller) {
        String subject = caller.person();
        String name = Text.tamed(caller.name(), Text.MAX_NAME);
        String email = address(caller);
        boolean verified = email != null && caller.emailVerified();
        Optional<PeopleStore.Known> known = store.known(subject, name, email, verified);
        if (known.isPresent() && known.get().disabled()) {
            throw new OrgsProblem.Disabled();
        }
        if (known.isPresent() && known.get().same() && !(verified && known.get().invited())) {
            return;
        }
        try {
            whole.executeWithoutResult(status -> {
                store.save(subject, name, email, verified);
                if (email != null && verified) {
                    store.join(subject, email);
                }
            });
        } catch (DuplicateKeyException e) {
            // Somebody added the person by id at this very moment. The next call ends the invitation.
            log.debug("an invitation met its own membership");
        }
    }

    /** Writes the person's row and holds it until the transaction ends: what one person does first happens once. */
    void hold(Caller caller) {
        String email = address(caller);
        store.save(
                caller.person(),
                Text.tamed(caller.name(), Text.MAX_NAME),
                email,
                email != null && caller.emailVerified());
    }

    /** The subject of the person who proved that an address is theirs. */
    public Optional<String> verified(String email) {
        return store.verified(Text.email(email));
    }

    /** Disabled persons are refused with 403 from the next call on, whatever their token says. */
    @Transactional
    public void disable(String subject, boolean disabled) {
        if (!store.disable(subject, disabled)) {
            throw new KitProblem.NotFound("person");
        }
    }

    /** The e-mail of a token; one that is no address counts as none. */
    private static @Nullable String address(Caller caller) {
        String email = caller.email();
        if (email == null) {
            return null;
        }
        try {
            return Text.email(email);
        } catch (KitProblem.Invalid e) {
            return null;
        }
    }
}
