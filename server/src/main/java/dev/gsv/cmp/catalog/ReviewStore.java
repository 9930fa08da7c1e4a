package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code review}. */
@Repository
class ReviewStore {

    private final JdbcClient jdbc;

    ReviewStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False when the organization has said something already. */
    boolean insert(OrgId org, UUID offering, UUID id, String author, int stars, String text) {
        return jdbc.sql("""
                        insert into review (id, offering_id, org_id, author, stars, text)
                        values (:id, :offering, :org, :author, :stars, :text)
                        on conflict (offering_id, org_id) do nothing
                        """)
                        .param("org", org.value())
                        .param("offering", offering)
                        .param("id", id)
                        .param("author", author)
                        .param("stars", stars)
                        .param("text", text)
                        .update()
                == 1;
    }

    Review find(OrgId org, UUID offering) {
        return jdbc.sql("select * from review where offering_id = :offering and org_id = :org")
                .param("org", org.value())
                .param("offering", offering)
                .query((row, number) -> review(row, org))
                .single();
    }

    /** Newest first, without the names of who said it. */
    @AllOrgs(because = "reviews are for everybody; who wrote them is not")
    Page<Review> of(UUID offering, Page.Slice slice) {
        long count = jdbc.sql("select count(*) from review where offering_id = :offering")
                .param("offering", offering)
                .query(Long.class)
                .single();
        List<Review> results = jdbc.sql("""
                        select * from review where offering_id = :offering order by created_at desc, id desc
                        limit :limit offset :offset
                        """)
                .param("offering", offering)
                .param("limit", slice.limit())
                .param("offset", slice.offset())
                .query((row, number) -> review(row, null))
                .list();
        return Page.of(count, slice, results);
    }

    private static Review review(ResultSet row, @org.jspecify.annotations.Nullable OrgId org) throws SQLException {
        return new Review(
                RowsStore.id(row, "id"),
                RowsStore.id(row, "offering_id"),
                org,
                row.getInt("stars"),
                RowsStore.text(row, "text"),
                RowsStore.time(row, "created_at"));
    }
}
