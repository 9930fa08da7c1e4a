package dev.gsv.cmp.runs;

import dev.gsv.cmp.flows.PriceBook;
import dev.gsv.cmp.quotas.Prices;
import org.springframework.stereotype.Component;

/** Tells flows which models have a price; flows and quotas do not know each other. */
@Component
class RunPrices implements PriceBook {

    private final Prices prices;

    RunPrices(Prices prices) {
        this.prices = prices;
    }

    @Override
    public boolean sellable(String provider, String model) {
        return prices.sellable(provider, model);
    }
}
