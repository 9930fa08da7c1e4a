package dev.gsv.cmp.quotas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gsv.cmp.Api;
import dev.gsv.cmp.catalog.Market;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Operators who edit one policy at the very same time, having read the same. */
class TwoOperatorsTest {

    private final Counter counter = Counter.open();

    @Test
    void of_operators_who_write_at_once_over_what_they_read_one_wins_and_nothing_is_lost() throws Exception {
        edit("/policies/quota", "/policies/quota/t/*", "user_type", "t", "requests_per_day");
        edit("/policies/budget", "/policies/budget/*/p", "provider", "p", "usd_per_day");
    }

    private void edit(String path, String one, String name, String value, String limit) throws Exception {
        Api operator = counter.operator();
        Api.Reply made = operator.post(counter.in(path), Market.fields(name, value, limit, 1))
                .expect(201);
        assertThat(made.header("ETag")).isPresent();
        for (int round = 0; round < 5; round++) {
            String read =
                    operator.get(counter.in(one)).expect(200).header("ETag").orElseThrow();
            List<Integer> statuses = new ArrayList<>();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Api.Reply>> writes = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    int wanted = 10 + i;
                    writes.add(threads.submit(() -> operator.with("If-Match", read)
                            .post(counter.in(path), Market.fields(name, value, limit, wanted))));
                }
                for (Future<Api.Reply> write : writes) {
                    Api.Reply reply = write.get();
                    statuses.add(reply.status());
                    if (reply.status() == 409) {
                        reply.expect(409, "EDIT_CONFLICT");
                    }
                }
            }
            assertThat(statuses).containsOnlyOnce(201).containsOnly(201, 409);
            assertThat(operator.get(counter.in(one)).header("ETag")).isNotEqualTo(java.util.Optional.of(read));
        }
    }
}
