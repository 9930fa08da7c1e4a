-- quotas: the schema of the documented reports, as views that cannot be written to.
create schema if not exists kdcube_control_plane;

create view kdcube_control_plane.user_quota_policies as
select tenant, project, user_type, bundle_id, max_concurrent, requests_per_day, requests_per_month, total_requests,
       tokens_per_hour, tokens_per_day, tokens_per_month, notes, created_by, created_at, updated_at, active
from public.quota_policy;

create view kdcube_control_plane.user_quota_replenishment as
select id, tenant, project, user_id, bundle_id, additional_max_concurrent, additional_requests_per_day,
       additional_requests_per_month, additional_total_requests, additional_tokens_per_hour,
       additional_tokens_per_day, additional_tokens_per_month, expires_at, purchase_id,
       (purchase_micro_usd::numeric / 1000000)::numeric(19, 6) as purchase_amount_usd, purchase_notes, source,
       created_by, created_at, updated_at, active
from public.quota_grant;

create view kdcube_control_plane.application_budget_policies as
select tenant, project, bundle_id, provider,
       (micro_per_hour::numeric / 1000000)::numeric(19, 6) as usd_per_hour,
       (micro_per_day::numeric / 1000000)::numeric(19, 6) as usd_per_day,
       (micro_per_month::numeric / 1000000)::numeric(19, 6) as usd_per_month,
       notes, created_by, created_at, updated_at, active
from public.provider_budget;

create view kdcube_control_plane.active_replenishments as
select * from kdcube_control_plane.user_quota_replenishment
where active and (expires_at is null or expires_at > now());

-- A job marks what has expired as inactive; until then it stands here.
create view kdcube_control_plane.expired_replenishments as
select * from kdcube_control_plane.user_quota_replenishment where active and expires_at <= now();

create view kdcube_control_plane.active_quota_policies as
select * from kdcube_control_plane.user_quota_policies where active;

create view kdcube_control_plane.active_budget_policies as
select * from kdcube_control_plane.application_budget_policies where active;

create function kdcube_control_plane.read_only() returns trigger language plpgsql as $$
begin
    raise exception 'the views of kdcube_control_plane are read-only: use the admin calls'
        using errcode = 'insufficient_privilege';
end $$;

do $$
declare
    view_name text;
begin
    for view_name in select viewname from pg_views where schemaname = 'kdcube_control_plane' loop
        execute format('create trigger read_only instead of insert or update or delete on kdcube_control_plane.%I '
                       'for each row execute function kdcube_control_plane.read_only()', view_name);
    end loop;
end $$;
