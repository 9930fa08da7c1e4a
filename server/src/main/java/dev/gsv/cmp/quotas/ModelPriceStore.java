package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.AllOrgs;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code provider_price}. */
@Repository
@AllOrgs(because = "prices are the installation's")
class ModelPriceStore {

    private final JdbcClient jdbc;

    ModelPriceStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The newest version of each price. */
    List<ModelPrice> current() {
        return jdbc.sql("""
                        select distinct on (provider, model) * from provider_price
                        order by provider, model, version desc
                        """).query(ModelPriceStore::price).list();
    }

    List<ModelPrice> versions(String provider, String model) {
        return jdbc.sql("""
                        select * from provider_price where provider = :provider and model = :model
                        order by version desc
                        limit 1000
                        """)
                .param("provider", provider)
                .param("model", model)
                .query(ModelPriceStore::price)
                .list();
    }

    /** One writer of a price at a time, also of one that is not there yet. */
    void hold(String provider, String model) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:key, 3))")
                .param("key", Key.of(provider, model))
                .query((row, number) -> number)
                .list();
    }

    ModelPrice add(
            String provider,
            String model,
            @Nullable Long input,
            @Nullable Long output,
            @Nullable Long cached,
            String notes,
            String by) {
        hold(provider, model);
        return jdbc.sql("""
                        insert into provider_price (provider, model, version, input_micro, output_micro, cached_micro,
                                                    notes, created_by)
                        values (:provider, :model,
                                (select coalesce(max(version), 0) + 1 from provider_price
                                 where provider = :provider and model = :model),
                                :input, :output, :cached, :notes, :by)
                        returning *
                        """)
                .param("provider", provider)
                .param("model", model)
                .param("input", input, Types.BIGINT)
                .param("output", output, Types.BIGINT)
                .param("cached", cached, Types.BIGINT)
                .param("notes", notes)
                .param("by", by)
                .query(ModelPriceStore::price)
                .single();
    }

    private static ModelPrice price(ResultSet row, int number) throws SQLException {
        return new ModelPrice(
                row.getString("provider"),
                row.getString("model"),
                row.getInt("version"),
                PolicyStore.whole(row, "input_micro"),
                PolicyStore.whole(row, "output_micro"),
                PolicyStore.whole(row, "cached_micro"),
                row.getString("notes"),
                row.getString("created_by"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
