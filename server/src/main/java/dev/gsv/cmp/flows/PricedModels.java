package dev.gsv.cmp.flows;

import dev.gsv.cmp.catalog.PublishCheck;
import dev.gsv.cmp.catalog.Version;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Problem;
import java.util.List;
import org.springframework.stereotype.Component;

/** Refuses to publish a flow with a model of unknown price; at run time it is too late to ask. */
@Component
class PricedModels implements PublishCheck {

    private final Flows flows;
    private final ModelSettings models;
    private final PriceBook prices;

    PricedModels(Flows flows, ModelSettings models, PriceBook prices) {
        this.flows = flows;
        this.models = models;
        this.prices = prices;
    }

    @Override
    public void check(Version draft) {
        String key = draft.artifactS3Key();
        if (key == null) {
            return;
        }
        List<Problem.Detail> unknown;
        try {
            Flow flow = flows.load(key, draft.artifactSha256());
            unknown = flow.nodes().stream()
                    .filter(Components::asks)
                    .filter(node -> namesModel(flow, node))
                    .filter(node -> !ModelNodes.model(node, models).equals(Extractive.NAME))
                    .filter(node -> !prices.sellable(ModelNodes.provider(node), ModelNodes.model(node, models)))
                    .map(node -> new Problem.Detail(
                            node.id(),
                            "the model has no price, and there is a budget for its provider: choose another model, or"
                                    + " ask the operator for a price"))
                    .toList();
        } catch (FlowsProblem.ArtifactMissing | FlowsProblem.ArtifactMismatch e) {
            // What cannot be read cannot run either; each run says so.
            return;
        }
        if (!unknown.isEmpty()) {
            throw new KitProblem.Meaningless("The offering cannot be published yet.", unknown);
        }
    }

    /** False for one that has its model from another node, which is checked itself. */
    private static boolean namesModel(Flow flow, Flow.Node node) {
        return flow.edges().stream()
                .noneMatch(
                        edge -> edge.target().equals(node.id()) && edge.output().equals("model_output"));
    }
}
