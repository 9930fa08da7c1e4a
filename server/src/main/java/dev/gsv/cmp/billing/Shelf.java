package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Pipelines;
import dev.gsv.cmp.orgs.OrgId;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Opens books within the running transaction. */
@Component
class Shelf {
    final WalletStore wallets;
    final GrantStore grants;
    final AllowanceStore allowances;
    final HoldStore holds;
    final ReservationStore reservations;
    final TransferStore transfers;
    final LowBalance lowBalance;
    final Ids ids;
    final Pipelines pipelines;
    /** The simulation makes it small, so that bursts are common. */
    volatile int sweepPortion = Books.SWEEP_PORTION;

    Shelf(
            WalletStore wallets,
            GrantStore grants,
            AllowanceStore allowances,
            HoldStore holds,
            ReservationStore reservations,
            TransferStore transfers,
            LowBalance lowBalance,
            Ids ids,
            Pipelines pipelines) {
        this.wallets = wallets;
        this.grants = grants;
        this.allowances = allowances;
        this.holds = holds;
        this.reservations = reservations;
        this.transfers = transfers;
        this.lowBalance = lowBalance;
        this.ids = ids;
        this.pipelines = pipelines;
    }

    /**
     * Asks for books.
     *
     * @param wanted holds that will be asked for with {@link Books#hold}, with their organizations
     */
    Books.Request ask(Pipeline pipeline, Collection<OrgId> orgs, Map<UUID, OrgId> wanted) {
        return ask(pipeline, orgs, wanted, false);
    }

    private Books.Request ask(Pipeline pipeline, Collection<OrgId> orgs, Map<UUID, OrgId> wanted, boolean looking) {
        Books.Request request = new Books.Request(this, wanted, looking);
        wallets.read(pipeline, orgs, looking, purse -> request.purses.put(purse.org, purse));
        wallets.readGrants(pipeline, orgs, request.purses, now -> request.now = now);
        if (!wanted.isEmpty()) {
            holds.read(pipeline, wanted, request.holds::add);
        }
        return request;
    }

    Books open(Collection<OrgId> orgs, Map<UUID, OrgId> wanted) {
        Pipeline pipeline = pipelines.open();
        Books.Request request = ask(pipeline, orgs, wanted);
        pipeline.run();
        return request.books();
    }

    /** The same to look at: nothing is locked, and nothing is written, whatever is decided. */
    Books look(Collection<OrgId> orgs, Map<UUID, OrgId> wanted) {
        Pipeline pipeline = pipelines.open();
        Books.Request request = ask(pipeline, orgs, wanted, true);
        pipeline.run();
        return request.books();
    }
}
