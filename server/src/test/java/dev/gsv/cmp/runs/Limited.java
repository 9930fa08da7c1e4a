package dev.gsv.cmp.runs;

/** What is counted for the organization of a booth in budgets and quotas. */
final class Limited {

    private Limited() {}

    /** Of its budgets today, in micro-USD. */
    static String spent(Booth booth) {
        return booth.sql("""
                        select 'spent ' || coalesce(sum(day_micro), 0) || ' held ' || coalesce(sum(held_micro), 0)
                        from budget_stripe s join provider_budget b on b.key = s.budget_key
                        where b.tenant = :org::text
                        """).query(String.class).single();
    }

    /** Of all its users today. */
    static String counted(Booth booth) {
        return booth.sql("""
                        select 'requests ' || coalesce(sum(day_requests), 0) || ' tokens '
                               || coalesce(sum(day_tokens), 0)
                        from quota_counter where tenant = :org::text
                        """).query(String.class).single();
    }
}
