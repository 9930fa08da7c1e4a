package dev.gsv.cmp.quotas;

import static dev.gsv.cmp.orgs.Need.OPERATOR;

import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What models cost, for the operator (section 7.2 of the quotas contract); USD for a million tokens. */
@RestController
@RequestMapping(Desk.BASE + "/prices")
class PriceApi {

    /** @param inputUsdPerMillion null in a version that took the price away */
    record Seen(
            String provider,
            String model,
            int version,
            @Nullable Usd inputUsdPerMillion,
            @Nullable Usd outputUsdPerMillion,
            @Nullable Usd cachedInputUsdPerMillion,
            String notes,
            String createdBy,
            Instant createdAt) {
        static Seen of(ModelPrice price) {
            return new Seen(
                    price.provider(),
                    price.model(),
                    price.version(),
                    Usd.of(price.input()),
                    Usd.of(price.output()),
                    Usd.of(price.cached()),
                    price.notes(),
                    price.createdBy(),
                    price.createdAt());
        }
    }

    record Written(String status, String message, Seen price) {}

    record Listed(String status, int count, List<Seen> prices) {}

    record Done(String status, String message) {}

    private final Prices prices;
    private final Desk desk;

    PriceApi(Prices prices, Desk desk) {
        this.prices = prices;
        this.desk = desk;
    }

    @PostMapping
    @Needs(OPERATOR)
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Written> set(
            Caller caller,
            Call call,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestBody PriceInput body) {
        Long seen = Desk.seen(ifMatch);
        return desk.once(
                call,
                "quotas.price",
                () -> prices.set(body, seen, caller.subject()),
                price -> new Written(
                        Desk.OK, "Price set for " + price.model() + " of " + price.provider(), Seen.of(price)),
                price -> (long) price.version());
    }

    @GetMapping
    @Needs(OPERATOR)
    Listed list(@RequestParam @Nullable Integer limit, @RequestParam @Nullable Integer offset) {
        return listed(prices.list(Listing.of(limit, offset)));
    }

    /** All versions of one price, newest first. */
    @GetMapping("/{provider}/{model}")
    @Needs(OPERATOR)
    ResponseEntity<Listed> versions(@PathVariable String provider, @PathVariable String model) {
        List<ModelPrice> found = prices.versions(provider, model);
        return Desk.tagged(found.getFirst().version(), listed(found));
    }

    private static Listed listed(List<ModelPrice> found) {
        return new Listed(Desk.OK, found.size(), found.stream().map(Seen::of).toList());
    }

    @DeleteMapping("/{provider}/{model}")
    @Needs(OPERATOR)
    Done remove(Caller caller, @PathVariable String provider, @PathVariable String model) {
        prices.remove(provider, model, caller.subject());
        return new Done(Desk.OK, model + " of " + provider + " has no price any more");
    }
}
