package dev.gsv.cmp.billing;

import static dev.gsv.cmp.orgs.Need.OPERATOR;

import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Needs;
import java.net.URI;
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

/** The operator's questions whether the ledger is right. */
@RestController
@RequestMapping("/api/v1/admin/ledger")
class VerificationApi {

    /** @param walletId only this wallet; all when it is missing */
    record Wanted(@Nullable UUID walletId) {}

    /**
     * Whether the ledger is right, as far as it is known.
     *
     * @param status {@code ok}, {@code broken}, or {@code unverified} before the first verification
     * @param last the last verification of all wallets
     * @param running the one under way
     */
    record LedgerHealth(
            String status,
            @Nullable Verification last,
            @Nullable Verification running) {}

    private final Verifications verifications;
    private final Seals seals;
    private final Wallets wallets;

    VerificationApi(Verifications verifications, Seals seals, Wallets wallets) {
        this.verifications = verifications;
        this.seals = seals;
        this.wallets = wallets;
    }

    /** Starts a verification and answers it, or the one that is running: there is one at a time. */
    @PostMapping("/verifications")
    @Needs(OPERATOR)
    @ResponseStatus(HttpStatus.ACCEPTED)
    ResponseEntity<Verification> start(@RequestBody(required = false) @Nullable Wanted body) {
        UUID wallet = body == null ? null : body.walletId();
        Verification started = verifications.start(wallet == null ? null : wallets.owner(wallet));
        return ResponseEntity.accepted()
                .location(URI.create("/api/v1/admin/ledger/verifications/" + started.id()))
                .body(started);
    }

    @GetMapping("/verifications")
    @Needs(OPERATOR)
    Page<Verification> all(@RequestParam @Nullable Integer limit, @RequestParam @Nullable Integer offset) {
        return verifications.page(Page.Slice.of(limit, offset));
    }

    @GetMapping("/verifications/{verification_id}")
    @Needs(OPERATOR)
    Verification one(@PathVariable("verification_id") UUID verification) {
        return verifications.find(verification);
    }

    @GetMapping("/health")
    @Needs(OPERATOR)
    LedgerHealth health() {
        Verification last = verifications.last().orElse(null);
        boolean broken = seals.waiting() > 0 || last != null && last.broken() > 0;
        return new LedgerHealth(
                broken ? "broken" : last == null ? "unverified" : "ok",
                last,
                verifications.running().orElse(null));
    }
}
