package dev.gsv.cmp.quotas;

import static dev.gsv.cmp.orgs.Need.OPERATOR;

import dev.gsv.cmp.kit.Call;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
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
import tools.jackson.databind.JsonNode;

/** Ceilings for providers of models, for the operator (section 9.6 of the quotas contract). */
@RestController
@RequestMapping(Desk.BASE + "/policies/budget")
class BudgetApi {

    record Seen(
            String bundleId,
            String provider,
            @Nullable Usd usdPerHour,
            @Nullable Usd usdPerDay,
            @Nullable Usd usdPerMonth,
            String notes) {
        static Seen of(ProviderBudget budget) {
            return new Seen(
                    budget.bundleId(),
                    budget.provider(),
                    Usd.of(budget.hour()),
                    Usd.of(budget.day()),
                    Usd.of(budget.month()),
                    budget.notes());
        }
    }

    record Written(String status, String message, Seen policy) {}

    /** USD in the running hour, day and month. */
    record Amounts(Usd hour, Usd day, Usd month) {}

    record Standing(
            String bundleId,
            String provider,
            @Nullable Usd usdPerHour,
            @Nullable Usd usdPerDay,
            @Nullable Usd usdPerMonth,
            String notes,
            Amounts spent,
            Amounts held) {
        static Standing of(ProviderBudget budget, Spent spent) {
            Usd held = new Usd(spent.held());
            return new Standing(
                    budget.bundleId(),
                    budget.provider(),
                    Usd.of(budget.hour()),
                    Usd.of(budget.day()),
                    Usd.of(budget.month()),
                    budget.notes(),
                    new Amounts(new Usd(spent.hour()), new Usd(spent.day()), new Usd(spent.month())),
                    new Amounts(held, held, held));
        }
    }

    record Listed(String status, int count, List<Standing> policies) {}

    record Done(String status, String message) {}

    private final Budgets budgets;
    private final Desk desk;

    BudgetApi(Budgets budgets, Desk desk) {
        this.budgets = budgets;
        this.desk = desk;
    }

    @PostMapping
    @Needs(OPERATOR)
    @ResponseStatus(HttpStatus.CREATED)
    ResponseEntity<Written> write(
            Caller caller,
            Call call,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = BudgetInput.class)))
                    @RequestBody
                    JsonNode changes) {
        Place place = desk.place(tenant, project);
        Long seen = Desk.seen(ifMatch);
        return desk.once(
                call,
                "quotas.budget",
                () -> budgets.write(place, changes, seen, caller.subject()),
                budget -> new Written(Desk.OK, "Budget policy set for " + budget.provider(), Seen.of(budget)),
                ProviderBudget::version);
    }

    @GetMapping
    @Needs(OPERATOR)
    Listed list(
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        List<Standing> found = budgets.list(desk.place(tenant, project), Listing.of(limit, offset)).stream()
                .map(budget -> Standing.of(budget, budgets.spent(budget)))
                .toList();
        return new Listed(Desk.OK, found.size(), found);
    }

    @GetMapping("/{bundle_id}/{provider}")
    @Needs(OPERATOR)
    ResponseEntity<Standing> get(
            @PathVariable("bundle_id") String bundle,
            @PathVariable String provider,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project) {
        ProviderBudget budget = budgets.get(desk.place(tenant, project), bundle, provider);
        return Desk.tagged(budget.version(), Standing.of(budget, budgets.spent(budget)));
    }

    @DeleteMapping("/{bundle_id}/{provider}")
    @Needs(OPERATOR)
    Done deactivate(
            Caller caller,
            @PathVariable("bundle_id") String bundle,
            @PathVariable String provider,
            @RequestParam @Nullable String tenant,
            @RequestParam @Nullable String project) {
        budgets.deactivate(desk.place(tenant, project), bundle, provider, caller.subject());
        return new Done(Desk.OK, "Budget policy of " + provider + " is inactive");
    }
}
