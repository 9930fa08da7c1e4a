package dev.gsv.cmp.billing;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code refund}, and the charges that are refunded: read and written under the lock of the wallet. */
@Repository
class RefundStore {

    /** How far the clock of the node that named an entry and the database's may be apart for the quick look. */
    private static final Duration NEAR = Duration.ofMinutes(5);

    private static final int BITS_BESIDE_TIME = 16;
    /** The version of ids that begin with their time: all of ours. */
    private static final int TIMED = 7;

    private static final Instant END_OF_TIME = Instant.parse("9000-01-01T00:00:00Z");

    private final JdbcClient jdbc;
    private final GrantStore grants;

    RefundStore(JdbcClient jdbc, GrantStore grants) {
        this.jdbc = jdbc;
        this.grants = grants;
    }

    /** What an entry of the wallet charged. */
    Optional<GrantDesk.Charge> charge(OrgId org, UUID entry) {
        if (entry.version() != TIMED) {
            return Optional.empty();
        }
        // An id says when it was made: that names the partition. Only if the clocks disagree, all are searched.
        Instant made = Instant.ofEpochMilli(entry.getMostSignificantBits() >>> BITS_BESIDE_TIME);
        if (made.isAfter(END_OF_TIME)) {
            return Optional.empty();
        }
        return charge(org, entry, made.minus(NEAR), made.plus(NEAR))
                .or(() -> charge(org, entry, Instant.EPOCH, made.plus(Duration.ofDays(1))))
                .map(found -> with(org, found));
    }

    private Optional<GrantDesk.Charge> charge(OrgId org, UUID entry, Instant from, Instant to) {
        return jdbc.sql("""
                        select t.*, coalesce((select sum(amount_micros) from refund r
                                              where r.org_id = t.org_id and r.entry_id = t.id), 0) as refunded
                        from transfer t
                        where t.org_id = :org and t.id = :entry
                          and t.created_at >= :from::timestamptz and t.created_at < :to::timestamptz
                        """)
                .param("org", org.value())
                .param("entry", entry)
                .param("from", from.toString())
                .param("to", to.toString())
                .query(RefundStore::read)
                .optional();
    }

    private GrantDesk.Charge with(OrgId org, GrantDesk.Charge charge) {
        Map<UUID, Purse.Portion> portions =
                grants.portions(org, charge.uses().stream().map(Part::grant).toList()).stream()
                        .collect(Collectors.toMap(portion -> portion.id, Function.identity()));
        return new GrantDesk.Charge(
                charge.entry(),
                charge.type(),
                charge.amount(),
                charge.refunded(),
                charge.uses(),
                charge.cause(),
                portions);
    }

    private static GrantDesk.Charge read(ResultSet row, int number) throws SQLException {
        UUID[] ids = (UUID[]) row.getArray("grants").getArray();
        Long[] micros = (Long[]) row.getArray("grant_micros").getArray();
        List<Part> uses = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            uses.add(new Part(ids[i], micros[i]));
        }
        long moved = row.getLong("amount_micros");
        boolean paid = row.getString("source").equals(Account.WALLET.text());
        boolean got = row.getString("target").equals(Account.WALLET.text());
        return new GrantDesk.Charge(
                row.getObject("id", UUID.class),
                EntryType.of(row.getString("type")),
                paid ? -moved : got ? moved : 0,
                row.getLong("refunded"),
                uses,
                new Transfer.Cause(
                        row.getString("reference"),
                        row.getObject("instance_id", UUID.class),
                        row.getObject("run_id", UUID.class),
                        Map.of()),
                Map.of());
    }

    void insert(OrgId org, UUID entry, UUID refund, long micros, String reason, Instant at) {
        jdbc.sql("""
                        insert into refund (org_id, entry_id, id, amount_micros, reason, created_at)
                        values (:org, :entry, :id, :micros, :reason, :at::timestamptz)
                        """)
                .param("org", org.value())
                .param("entry", entry)
                .param("id", refund)
                .param("micros", micros)
                .param("reason", reason)
                .param("at", at.toString())
                .update();
    }

    /** What was returned of an entry, the oldest first. */
    List<Lineage.Refunded> of(OrgId org, UUID entry) {
        return jdbc.sql("""
                        select id, amount_micros, reason, created_at from refund
                        where org_id = :org and entry_id = :entry order by id
                        """)
                .param("org", org.value())
                .param("entry", entry)
                .query((row, number) -> new Lineage.Refunded(
                        row.getObject("id", UUID.class),
                        new Credits(row.getLong("amount_micros")),
                        row.getString("reason"),
                        GrantStore.time(row, "created_at")))
                .list();
    }
}
