-- Periods of subscriptions: what is due again and when. One row for each instance whose plan has a monthly or yearly
-- price in credits, or credits included.
create table billing_cycle (
    org_id          uuid        not null,
    instance_id     uuid        not null,
    plan_id         uuid        not null references plan (id),
    -- when the first period began; every end is counted from here, so that a 31st comes back after February
    anchor_at       timestamptz not null,
    step_months     integer     not null check (step_months in (1, 12)),
    -- the present period: 1 is the first one
    number          integer     not null default 1 check (number >= 1),
    starts_at       timestamptz not null,
    ends_at         timestamptz not null,
    -- agreed when the subscription began: a later price of the plan is for later subscriptions
    price_micros    bigint      not null check (price_micros >= 0),
    included_micros bigint      not null check (included_micros >= 0),
    -- renewing: goes on by itself; ended: its period is over and it waits to be resumed; once: never goes on by itself
    state           text        not null check (state in ('renewing', 'ended', 'once')),
    updated_at      timestamptz not null default now(),
    primary key (org_id, instance_id),
    foreign key (org_id, instance_id) references instance (org_id, id) on delete cascade,
    check (ends_at > starts_at and starts_at >= anchor_at)
);
create index billing_cycle_due on billing_cycle (ends_at, instance_id) where state = 'renewing';
create index billing_cycle_of_plan on billing_cycle (plan_id);

-- A plan without a price grants its included credits once per period and organization, however many instances of it
-- come and go.
create table free_allowance (
    org_id     uuid        not null references organization (id) on delete cascade,
    plan_id    uuid        not null references plan (id) on delete cascade,
    until      timestamptz not null,
    primary key (org_id, plan_id)
);

-- What is subscribed already: its periods count from its beginning; what was due before is not charged.
insert into billing_cycle (org_id, instance_id, plan_id, anchor_at, step_months, number, starts_at, ends_at,
                           price_micros, included_micros, state)
select s.org_id, s.id, s.plan_id, s.created_at, s.step, n.number,
       (s.created_at at time zone 'UTC' + make_interval(months => s.step * (n.number - 1))) at time zone 'UTC',
       (s.created_at at time zone 'UTC' + make_interval(months => s.step * n.number)) at time zone 'UTC',
       s.price_credits_micros, s.included_credits_micros, 'renewing'
from (select i.org_id, i.id, i.plan_id, i.created_at, p.price_credits_micros, p.included_credits_micros,
             case p.billing_period when 'yearly' then 12 else 1 end as step
      from instance i
      join plan p on p.id = i.plan_id
      join offering o on o.id = i.offering_id and o.provider_org_id <> i.org_id
      where i.state in ('active', 'paused') and p.billing_period in ('monthly', 'yearly')
        and p.price_cents = 0 and not p.is_trial
        and (p.price_credits_micros > 0 or p.included_credits_micros > 0)) s
cross join lateral (
    select min(g.number) as number from generate_series(1, 1200) as g (number)
    where (s.created_at at time zone 'UTC' + make_interval(months => s.step * g.number)) at time zone 'UTC' > now()) n;
