package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.OrganizationOpened;
import dev.gsv.cmp.orgs.Orgs;
import dev.gsv.cmp.orgs.Workspace;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Wallets: every organization has one from its first moment; the first of a person starts with the trial. */
@Service
public class Wallets {

    private static final String TRIAL = "trial";

    /**
     * Where a person works, and what they pay with.
     *
     * @param trialGranted true only in the call that granted it
     */
    public record Opened(OrgId orgId, UUID projectId, UUID walletId, boolean trialGranted) {}

    private final WalletStore store;
    private final TransferStore transfers;
    private final Ledger ledger;
    private final Orgs orgs;
    private final Ids ids;
    private final BillingSettings settings;
    private final ObjectProvider<Renewing> renewing;

    Wallets(
            WalletStore store,
            TransferStore transfers,
            Ledger ledger,
            Orgs orgs,
            Ids ids,
            BillingSettings settings,
            ObjectProvider<Renewing> renewing) {
        this.store = store;
        this.transfers = transfers;
        this.ledger = ledger;
        this.orgs = orgs;
        this.ids = ids;
        this.settings = settings;
        this.renewing = renewing;
    }

    /** Opens the wallet of a new organization, in the transaction that creates it. */
    @EventListener
    public void open(OrganizationOpened event) {
        store.insert(event.org(), ids.next());
    }

    /**
     * The caller's own organization with its wallet, made at the first call, and the trial once per person; all of it
     * in one transaction. Parallel first calls make one organization and one grant.
     */
    @Transactional
    public Opened auto(Caller caller) {
        Workspace workspace = orgs.auto(caller);
        store.insert(workspace.org(), ids.next());
        boolean granted = grantTrial(workspace.org(), caller.person());
        return new Opened(
                workspace.org(), workspace.project(), wallet(workspace.org()).walletId(), granted);
    }

    /** Grants the trial unless this person had it. Returns whether it did. */
    @Transactional
    public boolean grantTrial(OrgId org, String owner) {
        if (settings.trialCredits() == 0 || !store.insertTrial(org, owner)) {
            return false;
        }
        ledger.credit(org, Credits.of(settings.trialCredits()), GrantKind.TRIAL, EntryType.TRIAL_GRANT, TRIAL, null);
        return true;
    }

    /** The wallet as of now: what has lapsed, and what has come, counts, written down or not. */
    public Wallet wallet(OrgId org) {
        WalletStore.Seen seen = store.find(org).orElseThrow(Wallets::unknown);
        Wallet wallet = seen.begins() ? ledger.preview(org, Map.of(), desk -> desk.wallet(org)) : seen.wallet();
        return renewing.stream()
                .flatMap(room -> room.next(org).stream())
                .findFirst()
                .map(wallet::renewing)
                .orElse(wallet);
    }

    /** Lets a caller at a wallet. A foreign one answers as an unknown one, not as an unknown organization. */
    OrgId enter(Caller caller, UUID wallet) {
        OrgId org = owner(wallet);
        try {
            return orgs.enter(caller, org.value()).org();
        } catch (KitProblem.NotFound e) {
            throw unknown();
        }
    }

    /** The organization whose wallet this is; an unknown one answers as a foreign one. */
    public OrgId owner(UUID wallet) {
        return store.owner(wallet).orElseThrow(Wallets::unknown);
    }

    /** The wallet's ledger, newest line first. */
    public List<Entry> ledger(OrgId org, Page.Slice slice) {
        return transfers.ledger(org, slice.limit(), slice.offset());
    }

    /**
     * Agrees on an overdraft and on when a balance counts as low.
     *
     * @param overdraft how far available credit may go below zero
     * @throws KitProblem.InvalidState when more is in use already (409)
     */
    @Transactional
    public void agree(OrgId org, Credits overdraft, @Nullable Credits lowBalanceThreshold) {
        agree(org, overdraft);
        lowBelow(org, lowBalanceThreshold);
    }

    /** {@link #agree(OrgId, Credits, Credits)} on the overdraft alone. */
    @Transactional
    public void agree(OrgId org, Credits overdraft) {
        if (overdraft.micros() < 0 || overdraft.compareTo(Ledger.MAX_BALANCE) > 0) {
            throw new KitProblem.Meaningless("An overdraft must not be negative, nor beyond the largest balance.");
        }
        Desk desk = ledger.open(List.of(org), Map.of());
        desk.close();
        if (!store.floor(org, -overdraft.micros())) {
            throw new KitProblem.InvalidState("More than that is in use or held already.");
        }
    }

    /** Says when a balance counts as low; null for never. */
    @Transactional
    public void lowBelow(OrgId org, @Nullable Credits threshold) {
        if (threshold != null && (threshold.micros() < 0 || threshold.compareTo(Ledger.MAX_BALANCE) > 0)) {
            throw new KitProblem.Meaningless("A threshold must not be negative, nor beyond the largest balance.");
        }
        store.alertBelow(org, threshold == null ? null : threshold.micros());
    }

    private static KitProblem.NotFound unknown() {
        return new KitProblem.NotFound("wallet");
    }
}
