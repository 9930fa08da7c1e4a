package dev.gsv.cmp.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.orgs.OrgId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Grants of a simulated history that are taken back, and usage that is returned to them. */
final class SimulatedGrants {

    private final SimulationJudge judge;
    private final JdbcClient jdbc;
    private final SimulatedNode.World world;
    private final List<CoinModel> models;
    private final Map<String, Integer> born = new TreeMap<>();
    private final Map<String, Integer> of = new HashMap<>();
    private final Set<String> refunded = new HashSet<>();

    SimulatedGrants(SimulationJudge judge, JdbcClient jdbc, SimulatedNode.World world, List<CoinModel> models) {
        this.judge = judge;
        this.jdbc = jdbc;
        this.world = world;
        this.models = models;
    }

    /** Credit came; the model gave it this number. */
    void came(SimulatedCall.Credit credit, int number) {
        born.put(credit.key(), number);
        of.put(credit.key(), credit.wallet());
    }

    /** Takes a grant back; what is not there, or was taken back before, is a conflict. */
    String takeBack(Random random, Stage on) {
        if (born.isEmpty()) {
            return "nothing to take back";
        }
        String key = List.copyOf(born.keySet()).get(random.nextInt(born.size()));
        int wallet = of.get(key);
        OrgId org = world.orgs.get(wallet);
        UUID grant = jdbc.sql("select id from credit_grant where org_id = :org and reference = :reference")
                .param("org", org.value())
                .param("reference", "order:" + key)
                .query(UUID.class)
                .single();
        boolean taken = models.get(wallet).takeBack(born.get(key));
        try {
            on.bean(Grants.class).takeBack(org, grant);
            assertThat(taken).as("grant " + key + " was taken back").isTrue();
            judge.moved(wallet);
        } catch (KitProblem.InvalidState over) {
            assertThat(taken).as("grant " + key + ": " + over.getMessage()).isFalse();
        }
        return "take back " + key + " of " + wallet + " " + taken;
    }

    /** L-14: a refund returns to the grants it came from, once. */
    String refund(Random random, Stage on) {
        List<String> paid = judge.paid();
        if (paid.isEmpty()) {
            return "nothing to refund";
        }
        String name = paid.get(random.nextInt(paid.size()));
        int wallet = judge.walletOf(name);
        OrgId org = world.orgs.get(wallet);
        UUID entry = jdbc.sql("""
                        select id from transfer where org_id = :org and reference = :hold and type = 'usage'
                            and source = 'wallet'
                        """)
                .param("org", org.value())
                .param("hold", world.holds.get(name).toString())
                .query(UUID.class)
                .single();
        boolean first = refunded.add(name);
        try {
            on.bean(Grants.class).refund(org, entry, null, false, "simulated");
            assertThat(first).as("L-14 the second refund of " + name).isTrue();
            models.get(wallet).refund(name);
            judge.moved(wallet);
        } catch (BillingProblem.RefundTooLarge again) {
            assertThat(first).as("L-14 the refund of " + name).isFalse();
        }
        return "refund " + name + " of " + wallet + " " + first;
    }
}
