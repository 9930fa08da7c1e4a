-- Automatic top-up as state; the charge itself is made by the payments.
alter table wallet
    -- a copy of the rule's threshold while it is active, so that a look at the locked row says whether it was crossed
    add column top_up_threshold_micros bigint,
    add column alerted_at              timestamptz;

create table top_up_rule (
    org_id           uuid        not null references wallet (org_id),
    threshold_micros bigint      not null check (threshold_micros >= 0),
    -- one of both: a fixed amount, or up to a balance
    amount_micros    bigint      check (amount_micros > 0),
    target_micros    bigint      check (target_micros > threshold_micros),
    max_per_day      integer     not null check (max_per_day between 1 and 100),
    paused           boolean     not null,
    -- nothing is charged before: cool-off after a success, back-off after a refusal
    wait_until       timestamptz,
    -- refusals since the last success
    declines         integer     not null default 0 check (declines >= 0),
    -- when to look again though nothing moves; null: at the next crossing
    look_at          timestamptz,
    version          bigint      not null default 1,
    updated_at       timestamptz not null,
    primary key (org_id),
    check ((amount_micros is null) <> (target_micros is null))
);
create index top_up_rule_look on top_up_rule (look_at) where look_at is not null;

create table top_up_charge (
    org_id        uuid        not null references wallet (org_id),
    id            uuid        not null unique,
    amount_micros bigint      not null check (amount_micros > 0),
    state         text        not null check (state in ('requested', 'succeeded', 'declined')),
    reason        text        check (length(reason) between 1 and 500),
    entry_id      uuid,
    requested_at  timestamptz not null,
    ended_at      timestamptz,
    primary key (org_id, id),
    check ((state = 'requested') = (ended_at is null)),
    check ((state = 'succeeded') = (entry_id is not null))
);
-- One at a time.
create unique index top_up_charge_in_flight on top_up_charge (org_id) where state = 'requested';

-- What others are to learn, written in the transaction in which it became true, told at least once.
create table billing_event (
    id         uuid        not null primary key,
    org_id     uuid        not null,
    type       text        not null check (length(type) between 1 and 100),
    body       jsonb       not null check (jsonb_typeof(body) = 'object'),
    created_at timestamptz not null,
    told_at    timestamptz
);
create index billing_event_untold on billing_event (id) where told_at is null;
