package dev.gsv.cmp.billing;

import static dev.gsv.cmp.orgs.Need.ADMIN;
import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.PERSON;
import static dev.gsv.cmp.orgs.Need.SERVICE;

import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Wallets over HTTP, and the first call of a new person. */
@RestController
@RequestMapping("/api/v1")
class WalletApi {

    /** Credits in whole numbers; the key may also come as a header. */
    record TopUp(
            @Nullable Credits creditsAmount,
            @Nullable String currency,
            @Nullable String unit,
            @Nullable String idempotencyKey) {}

    record ToppedUp(UUID walletId, Credits balance, UUID ledgerEntryId) {}

    private static final Credits ONE = Credits.of(1);

    private final Wallets wallets;
    private final Deposits deposits;
    private final Orgs orgs;

    WalletApi(Wallets wallets, Deposits deposits, Orgs orgs) {
        this.wallets = wallets;
        this.deposits = deposits;
        this.orgs = orgs;
    }

    @PostMapping("/orgs/auto")
    @Needs(PERSON)
    Wallets.Opened auto(Caller caller) {
        return wallets.auto(caller);
    }

    @GetMapping("/wallets/me")
    @Needs(ADMIN)
    Wallet mine(Caller caller) {
        return wallets.wallet(first(caller));
    }

    @GetMapping("/wallets/me/ledger")
    @Needs(ADMIN)
    List<Entry> myLedger(Caller caller, @RequestParam @Nullable Integer limit, @RequestParam @Nullable Integer offset) {
        Page.Slice slice = Page.Slice.of(limit, offset);
        return wallets.ledger(first(caller), slice);
    }

    @GetMapping("/wallets/{wallet_id}")
    @Needs({ADMIN, SERVICE, OPERATOR})
    Wallet get(Caller caller, @PathVariable("wallet_id") UUID wallet) {
        return wallets.wallet(enter(caller, wallet));
    }

    @GetMapping("/wallets/{wallet_id}/ledger")
    @Needs({ADMIN, SERVICE, OPERATOR})
    List<Entry> ledger(
            Caller caller,
            @PathVariable("wallet_id") UUID wallet,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        Page.Slice slice = Page.Slice.of(limit, offset);
        return wallets.ledger(enter(caller, wallet), slice);
    }

    /** Never free for the customer (decision C-41): buyers add credit through checkout. */
    @PostMapping("/wallets/{wallet_id}/topups")
    @Needs({SERVICE, OPERATOR})
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<ToppedUp> topUp(
            Caller caller, Call call, @PathVariable("wallet_id") UUID wallet, @RequestBody TopUp body) {
        call.requiredKey();
        OrgId org = enter(caller, wallet);
        Credits amount = body.creditsAmount();
        if (amount == null) {
            throw new KitProblem.Invalid("credits_amount", "is required");
        }
        Runnable check = () -> {
            Units.credits(body.currency(), body.unit());
            if (amount.compareTo(ONE) < 0 || amount.micros() % Credits.MICROS_PER_CREDIT != 0) {
                throw new KitProblem.Meaningless("credits_amount must be a whole number of at least 1.");
            }
            if (amount.compareTo(Ledger.MAX_BALANCE) > 0) {
                throw new KitProblem.Meaningless("The amount of credits is beyond the largest possible amount.");
            }
        };
        return deposits.add(org, wallet, amount, call, check, line -> new ToppedUp(wallet, line.balance(), line.id()));
    }

    private OrgId first(Caller caller) {
        return orgs.enter(caller, orgs.first(caller).value()).org();
    }

    private OrgId enter(Caller caller, UUID wallet) {
        return wallets.enter(caller, wallet);
    }
}
