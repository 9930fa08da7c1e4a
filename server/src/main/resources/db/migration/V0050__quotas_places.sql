-- quotas: organizations and their projects count under their ids, because slugs change and are given to others (ADR 0015).
-- The rows that were named by slugs move with their hashed keys; a node of the previous version that runs meanwhile
-- begins with the policies of the installation and with counters of its own. What is named like the installation holds
-- everywhere and stays, also when an organization has that name: CMP_TENANT and CMP_PROJECT come as placeholders.
create function pg_temp.key_of(variadic parts text[]) returns text language sql immutable as $$
    select rtrim(translate(encode(sha256(string_agg(
               convert_to(octet_length(convert_to(part, 'UTF8')) || ':', 'UTF8') || convert_to(part, 'UTF8'),
               ''::bytea order by place)), 'base64'), '+/', '-_'), '=')
    from unnest(parts) with ordinality as u (part, place)
$$;

create temporary table moved on commit drop as
select o.slug as tenant, p.slug as project, o.id::text as org, p.id::text as org_project
from organization o
join project p on p.org_id = o.id
where o.closed_at is null and o.slug <> 'default'
  and not (o.slug = btrim($place$ ${tenant} $place$) and p.slug = btrim($place$ ${project} $place$));

update quota_policy q
set tenant = m.org, project = m.org_project, key = pg_temp.key_of(m.org, m.org_project, q.user_type, q.bundle_id)
from moved m
where q.tenant = m.tenant and q.project = m.project;

update quota_grant g
set tenant = m.org, project = m.org_project, owner_key = pg_temp.key_of(m.org, m.org_project, g.user_id),
    purchase_key = case when g.purchase_id is not null then pg_temp.key_of(m.org, g.purchase_id) end
from moved m
where g.tenant = m.tenant and g.project = m.project;

update quota_admission a
set tenant = m.org, project = m.org_project,
    counter_key = case when a.counter_key = pg_temp.key_of(a.tenant, a.project, a.user_id, '*')
                       then pg_temp.key_of(m.org, m.org_project, a.user_id, '*')
                       else pg_temp.key_of(m.org, m.org_project, a.user_id, a.bundle_id) end,
    lock_key = case when a.lock_key = pg_temp.key_of(a.tenant, a.project, a.lock_id)
                    then pg_temp.key_of(m.org, m.org_project, a.lock_id) else a.lock_key end
from moved m
where a.tenant = m.tenant and a.project = m.project;

update quota_counter c
set tenant = m.org, project = m.org_project, counter_key = pg_temp.key_of(m.org, m.org_project, c.user_id, c.bundle_id)
from moved m
where c.tenant = m.tenant and c.project = m.project;

alter table budget_stripe drop constraint budget_stripe_budget_key_fkey;

create temporary table rekeyed on commit drop as
select b.key as before, pg_temp.key_of(m.org, m.org_project, b.bundle_id, b.provider) as after, m.org, m.org_project
from provider_budget b
join moved m on m.tenant = b.tenant and m.project = b.project;

update provider_budget b set key = r.after, tenant = r.org, project = r.org_project from rekeyed r where b.key = r.before;
update budget_stripe s set budget_key = r.after from rekeyed r where s.budget_key = r.before;
update budget_hold h set budget_key = r.after from rekeyed r where h.budget_key = r.before;

alter table budget_stripe
    add constraint budget_stripe_budget_key_fkey foreign key (budget_key) references provider_budget (key);

-- The documented reports go on to show slugs, as they are now.
create or replace view kdcube_control_plane.user_quota_policies as
select coalesce(o.slug, q.tenant) as tenant, coalesce(p.slug, q.project) as project, user_type, bundle_id, max_concurrent,
       requests_per_day, requests_per_month, total_requests, tokens_per_hour, tokens_per_day, tokens_per_month, notes,
       q.created_by, q.created_at, q.updated_at, active
from public.quota_policy q
left join public.organization o on o.id::text = q.tenant
left join public.project p on p.org_id = o.id and p.id::text = q.project;

create or replace view kdcube_control_plane.user_quota_replenishment as
select g.id, coalesce(o.slug, g.tenant) as tenant, coalesce(p.slug, g.project) as project, user_id, bundle_id,
       additional_max_concurrent, additional_requests_per_day,
       additional_requests_per_month, additional_total_requests, additional_tokens_per_hour,
       additional_tokens_per_day, additional_tokens_per_month, expires_at, purchase_id,
       (purchase_micro_usd::numeric / 1000000)::numeric(19, 6) as purchase_amount_usd, purchase_notes, source,
       g.created_by, g.created_at, g.updated_at, active
from public.quota_grant g
left join public.organization o on o.id::text = g.tenant
left join public.project p on p.org_id = o.id and p.id::text = g.project;

create or replace view kdcube_control_plane.application_budget_policies as
select coalesce(o.slug, b.tenant) as tenant, coalesce(p.slug, b.project) as project, bundle_id, provider,
       (micro_per_hour::numeric / 1000000)::numeric(19, 6) as usd_per_hour,
       (micro_per_day::numeric / 1000000)::numeric(19, 6) as usd_per_day,
       (micro_per_month::numeric / 1000000)::numeric(19, 6) as usd_per_month,
       notes, b.created_by, b.created_at, b.updated_at, active
from public.provider_budget b
left join public.organization o on o.id::text = b.tenant
left join public.project p on p.org_id = o.id and p.id::text = b.project;
