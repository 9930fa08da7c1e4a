package dev.gsv.cmp.billing;

import static dev.gsv.cmp.orgs.Need.ADMIN;
import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.SERVICE;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What is agreed about a wallet: when it fills itself, when its balance is low, how far it may go below zero. */
@RestController
@RequestMapping("/api/v1/wallets/{wallet_id}")
class TopUpApi {

    /** A rule; one of amount and target. */
    record RuleBody(
            @Nullable Credits threshold,
            @Nullable Credits amount,
            @Nullable Credits target,
            @Nullable Integer maxPerDay,
            @Nullable Boolean paused,
            @Nullable String currency,
            @Nullable String unit) {}

    /** Null for never. */
    record LowBody(@Nullable Credits threshold) {}

    record OverdraftBody(@Nullable Credits overdraft) {}

    private final Wallets wallets;
    private final TopUps topUps;

    TopUpApi(Wallets wallets, TopUps topUps) {
        this.wallets = wallets;
        this.topUps = topUps;
    }

    /** The rule, and what came of it lately. */
    @GetMapping("/auto-top-up")
    @Needs({ADMIN, SERVICE, OPERATOR})
    TopUpRule get(Caller caller, @PathVariable("wallet_id") UUID wallet) {
        return topUps.rule(wallets.enter(caller, wallet))
                .orElseThrow(() -> new KitProblem.NotFound("automatic top-up"));
    }

    /** Sets the rule; {@code paused} keeps it without effect. */
    @PutMapping("/auto-top-up")
    @Needs({ADMIN, OPERATOR})
    TopUpRule put(Caller caller, @PathVariable("wallet_id") UUID wallet, @RequestBody RuleBody body) {
        OrgId org = wallets.enter(caller, wallet);
        Units.credits(body.currency(), body.unit());
        return topUps.put(
                org, TopUps.Wish.of(body.threshold(), body.amount(), body.target(), body.maxPerDay(), body.paused()));
    }

    @DeleteMapping("/auto-top-up")
    @Needs({ADMIN, OPERATOR})
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Caller caller, @PathVariable("wallet_id") UUID wallet) {
        topUps.delete(wallets.enter(caller, wallet));
    }

    /** Says below which balance somebody is to be told. */
    @PutMapping("/low-balance")
    @Needs({ADMIN, OPERATOR})
    Wallet lowBelow(Caller caller, @PathVariable("wallet_id") UUID wallet, @RequestBody LowBody body) {
        OrgId org = wallets.enter(caller, wallet);
        wallets.lowBelow(org, body.threshold());
        return wallets.wallet(org);
    }

    /** Agrees on how far available credit may go below zero. */
    @PutMapping("/overdraft")
    @Needs(OPERATOR)
    Wallet agree(Caller caller, @PathVariable("wallet_id") UUID wallet, @RequestBody OverdraftBody body) {
        OrgId org = wallets.enter(caller, wallet);
        if (body.overdraft() == null) {
            throw new KitProblem.Invalid("overdraft", "is required");
        }
        wallets.agree(org, body.overdraft());
        return wallets.wallet(org);
    }
}
