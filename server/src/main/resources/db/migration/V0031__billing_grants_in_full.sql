-- Grants in full: taken back, limited to one capability, coming later or again and again, and returned to.
alter table credit_grant
    -- taken back by the operator: what was not held went at once, the rest goes when its holds end
    add column voided_at    timestamptz,
    -- null: for everything
    add column capability   text check (length(capability) between 1 and 100),
    -- the allowance and its period that this grant is; carried is what an earlier period left to this one
    add column allowance_id uuid,
    add column period       integer check (period >= 0),
    add column carried      boolean not null default false,
    add check ((allowance_id is null) = (period is null));
create unique index credit_grant_of_allowance on credit_grant (org_id, allowance_id, period, carried)
    where allowance_id is not null;
create index credit_grant_limited on credit_grant (org_id) where open and capability is not null;

-- What a run is for, so that its settlement may use grants that are limited to it.
alter table hold add column capability text check (length(capability) between 1 and 100);

-- Credit that will come: once, at a later time, or every month or year. Each period becomes a grant when it begins, and
-- only then an entry. Changed under the lock of the wallet, whose due_at is never later than next_at.
create table allowance (
    org_id               uuid        not null references wallet (org_id),
    id                   uuid        not null,
    kind                 text        not null check (kind in ('trial', 'promotional', 'included', 'purchased')),
    priority             integer     not null,
    amount_micros        bigint      not null check (amount_micros > 0),
    capability           text        check (length(capability) between 1 and 100),
    recurs               text        not null check (recurs in ('once', 'month', 'year')),
    -- the anchor: period n begins n months or years after it, so the 31st returns after February
    starts_at            timestamptz not null,
    next_period          integer     not null default 0 check (next_period >= 0),
    -- when the next period begins; null when none will
    next_at              timestamptz,
    -- no period begins then or later
    ends_at              timestamptz,
    -- of what comes once; a period ends where the next begins
    expires_at           timestamptz,
    -- what a period leaves to the next: at least, at most
    rollover_min_micros  bigint      not null default 0 check (rollover_min_micros >= 0),
    rollover_max_micros  bigint      not null default 0,
    reference            text        not null check (length(reference) between 1 and 500),
    created_at           timestamptz not null,
    updated_at           timestamptz not null,
    primary key (org_id, id),
    check (rollover_min_micros <= rollover_max_micros),
    check (recurs = 'once' or expires_at is null),
    check (expires_at > starts_at),
    check (ends_at > starts_at)
);
create index allowance_next on allowance (org_id, next_at) where next_at is not null;

-- What was returned of a usage entry: the sum says what is left to return.
create table refund (
    org_id        uuid        not null references wallet (org_id),
    -- the usage, and the wallet's line that returned a part of it
    entry_id      uuid        not null,
    id            uuid        not null,
    amount_micros bigint      not null check (amount_micros > 0),
    reason        text        not null check (length(reason) between 1 and 500),
    created_at    timestamptz not null,
    primary key (org_id, entry_id, id)
);
create trigger refund_append_only before update or delete or truncate on refund
    for each statement execute function billing_is_append_only();

-- Which grants paid which transfer; negative for what a transfer returned to them.
create or replace view grant_use as
select t.org_id, t.id as entry_id, t.movement_id, t.seq, use.position - 1 as position, use.grant_id,
       case t.target when 'wallet' then -use.micros else use.micros end as micros
from transfer t
cross join lateral unnest(t.grants, t.grant_micros) with ordinality as use (grant_id, micros, position);
