package dev.gsv.cmp.instances;

import dev.gsv.cmp.kit.AllOrgs;
import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Pipeline;
import dev.gsv.cmp.kit.Rows;
import dev.gsv.cmp.orgs.OrgId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code usage_record}: one row per instance and UTC day, only ever added to. */
@Repository
class UsageStore {

    private static final String SUMS = """
            coalesce(sum(api_calls), 0) as api_calls, coalesce(sum(llm_tokens_in), 0) as llm_tokens_in,
            coalesce(sum(llm_tokens_out), 0) as llm_tokens_out, coalesce(sum(tool_calls), 0) as tool_calls,
            coalesce(sum(requests), 0) as requests, coalesce(sum(rag_queries), 0) as rag_queries,
            coalesce(sum(rag_ingestion_mb), 0) as rag_ingestion_mb, coalesce(sum(mcp_calls), 0) as mcp_calls,
            coalesce(sum(chat_sessions), 0) as chat_sessions, coalesce(sum(widget_sessions), 0) as widget_sessions,
            coalesce(sum(translations), 0) as translations, coalesce(sum(image_calls), 0) as image_calls,
            coalesce(sum(audio_minutes), 0) as audio_minutes, coalesce(sum(storage_gb_days), 0) as storage_gb_days,
            coalesce(sum(audit_events), 0) as audit_events, coalesce(sum(scheduled_runs), 0) as scheduled_runs,
            coalesce(sum(credits_micros), 0) as credits_micros
            """;

    private static final String RANGE = """
            from usage_record where org_id = :org and instance_id = :instance and day between :from and :to
            """;

    private final JdbcClient jdbc;

    UsageStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds to days of instances, in one order, so that two lists never wait for each other in a circle. */
    @AllOrgs(because = "each row names its organization; the callers were let into all of them")
    void add(Pipeline pipeline, Collection<Usages.Addition> additions) {
        pipeline.add(
                """
                        insert into usage_record as u (org_id, instance_id, day, api_calls, llm_tokens_in,
                            llm_tokens_out, tool_calls, requests, rag_queries, rag_ingestion_mb, mcp_calls,
                            chat_sessions, widget_sessions, translations, image_calls, audio_minutes, storage_gb_days,
                            audit_events, scheduled_runs, credits_micros)
                        select * from unnest(:orgs::uuid[], :instances::uuid[], :days::date[], :api_calls::bigint[],
                            :llm_tokens_in::bigint[], :llm_tokens_out::bigint[], :tool_calls::bigint[],
                            :requests::bigint[], :rag_queries::bigint[], :rag_ingestion_mb::numeric[],
                            :mcp_calls::bigint[], :chat_sessions::bigint[], :widget_sessions::bigint[],
                            :translations::bigint[], :image_calls::bigint[], :audio_minutes::numeric[],
                            :storage_gb_days::numeric[], :audit_events::bigint[], :scheduled_runs::bigint[],
                            :credits::bigint[]) as n (org_id, instance_id, day)
                        order by org_id, instance_id, day
                        on conflict (org_id, instance_id, day) do update set
                            api_calls = u.api_calls + excluded.api_calls,
                            llm_tokens_in = u.llm_tokens_in + excluded.llm_tokens_in,
                            llm_tokens_out = u.llm_tokens_out + excluded.llm_tokens_out,
                            tool_calls = u.tool_calls + excluded.tool_calls,
                            requests = u.requests + excluded.requests,
                            rag_queries = u.rag_queries + excluded.rag_queries,
                            rag_ingestion_mb = u.rag_ingestion_mb + excluded.rag_ingestion_mb,
                            mcp_calls = u.mcp_calls + excluded.mcp_calls,
                            chat_sessions = u.chat_sessions + excluded.chat_sessions,
                            widget_sessions = u.widget_sessions + excluded.widget_sessions,
                            translations = u.translations + excluded.translations,
                            image_calls = u.image_calls + excluded.image_calls,
                            audio_minutes = u.audio_minutes + excluded.audio_minutes,
                            storage_gb_days = u.storage_gb_days + excluded.storage_gb_days,
                            audit_events = u.audit_events + excluded.audit_events,
                            scheduled_runs = u.scheduled_runs + excluded.scheduled_runs,
                            credits_micros = u.credits_micros + excluded.credits_micros,
                            updated_at = now()
                        """,
                Rows.of(additions)
                        .id("orgs", row -> row.org().value())
                        .id("instances", Usages.Addition::instance)
                        .text("days", Usages.Addition::utcDay)
                        .number("api_calls", row -> row.more().apiCalls())
                        .number("llm_tokens_in", row -> row.more().llmTokensIn())
                        .number("llm_tokens_out", row -> row.more().llmTokensOut())
                        .number("tool_calls", row -> row.more().toolCalls())
                        .number("requests", row -> row.more().requests())
                        .number("rag_queries", row -> row.more().ragQueries())
                        .text("rag_ingestion_mb", row -> row.more().ragIngestionMb())
                        .number("mcp_calls", row -> row.more().mcpCalls())
                        .number("chat_sessions", row -> row.more().chatSessions())
                        .number("widget_sessions", row -> row.more().widgetSessions())
                        .number("translations", row -> row.more().translations())
                        .number("image_calls", row -> row.more().imageCalls())
                        .text("audio_minutes", row -> row.more().audioMinutes())
                        .text("storage_gb_days", row -> row.more().storageGbDays())
                        .number("audit_events", row -> row.more().auditEvents())
                        .number("scheduled_runs", row -> row.more().scheduledRuns())
                        .number("credits", row -> row.more().credits().micros())
                        .columns());
    }

    Usage totals(OrgId org, UUID instance, LocalDate from, LocalDate to) {
        return jdbc.sql("select cast(null as date) as day, " + SUMS + RANGE)
                .param("org", org.value())
                .param("instance", instance)
                .param("from", from)
                .param("to", to)
                .query(UsageStore::usage)
                .single();
    }

    /** Only days on which something was used, oldest first. */
    List<Usage> days(OrgId org, UUID instance, LocalDate from, LocalDate to) {
        return jdbc.sql("select day, " + SUMS + RANGE + " group by day order by day")
                .param("org", org.value())
                .param("instance", instance)
                .param("from", from)
                .param("to", to)
                .query(UsageStore::usage)
                .list();
    }

    boolean used(OrgId org, UUID offering) {
        return jdbc.sql("""
                        select exists (
                            select 1 from usage_record u
                            join instance i on i.org_id = u.org_id and i.id = u.instance_id
                            where u.org_id = :org and i.offering_id = :offering and u.api_calls > 0)
                        """)
                .param("org", org.value())
                .param("offering", offering)
                .query(Boolean.class)
                .single();
    }

    private static Usage usage(ResultSet row, int number) throws SQLException {
        return new Usage(
                row.getObject("day", LocalDate.class),
                row.getLong("api_calls"),
                row.getLong("llm_tokens_in"),
                row.getLong("llm_tokens_out"),
                row.getLong("tool_calls"),
                row.getLong("requests"),
                row.getLong("rag_queries"),
                row.getBigDecimal("rag_ingestion_mb"),
                row.getLong("mcp_calls"),
                row.getLong("chat_sessions"),
                row.getLong("widget_sessions"),
                row.getLong("translations"),
                row.getLong("image_calls"),
                row.getBigDecimal("audio_minutes"),
                row.getBigDecimal("storage_gb_days"),
                row.getLong("audit_events"),
                row.getLong("scheduled_runs"),
                new Credits(row.getLong("credits_micros")));
    }
}
