package dev.gsv.cmp.runs;

import dev.gsv.cmp.flows.Engine;
import dev.gsv.cmp.flows.Flow;
import dev.gsv.cmp.flows.ModelUse;
import dev.gsv.cmp.flows.Outcome;
import dev.gsv.cmp.flows.RunInput;
import dev.gsv.cmp.flows.Step;
import dev.gsv.cmp.flows.Usage;
import dev.gsv.cmp.instances.Instances;
import dev.gsv.cmp.kit.Ids;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.quotas.Limits;
import dev.gsv.cmp.quotas.Place;
import dev.gsv.cmp.quotas.Prices;
import dev.gsv.cmp.quotas.QuotaUser;
import dev.gsv.cmp.quotas.Quotas;
import dev.gsv.cmp.quotas.Quote;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** What a run asks of the gates before it, and what it cost at the prices that held then. */
@Component
class Gates {

    /** A run before its gates, and the prices that it keeps until its end; by node. */
    record Asked(Quotas.Entry entry, Map<String, Quote> prices) {

        /** What a run spent with each provider, in micro-USD: a fact, however the run ended. */
        Map<String, Long> costs(Outcome outcome) {
            List<Quote.Consumed> used = new ArrayList<>();
            for (Step step : outcome.trace()) {
                Quote price = prices.get(step.node());
                if (price != null) {
                    used.add(new Quote.Consumed(price, step.tokensIn(), 0, step.tokensOut()));
                }
            }
            return Quote.costs(used);
        }
    }

    private final Quotas quotas;
    private final Prices prices;
    private final Engine engine;
    private final Ids ids;

    Gates(Quotas quotas, Prices prices, Engine engine, Ids ids) {
        this.quotas = quotas;
        this.prices = prices;
        this.engine = engine;
        this.ids = ids;
    }

    /** A new run; read before the transaction, so that what the node remembers is filled without holding a lock. */
    Asked ask(Caller caller, Instances.Runnable target, Flow flow, RunInput input, JsonNode config, Usage bound) {
        Map<String, Quote> byNode = new HashMap<>();
        List<Quote.Consumed> most = new ArrayList<>();
        for (ModelUse use : engine.models(flow, input, config)) {
            Quote price = prices.quote(use.provider(), use.model());
            byNode.put(use.node(), price);
            most.add(new Quote.Consumed(price, use.tokensIn(), 0, use.tokensOut()));
        }
        Quotas.Entry entry = quotas.entry(
                new Quotas.Where(
                        target.org(),
                        target.instance(),
                        Place.of(target.org(), target.project()),
                        target.offeringSlug()),
                ids.next(),
                Limits.of(target.limits(), target.monthlyQuota()),
                QuotaUser.of(caller, target.trial()),
                bound.llmTokensIn() + bound.llmTokensOut(),
                Quote.estimates(most));
        return new Asked(entry, Map.copyOf(byNode));
    }
}
