-- Credit in whole micro-credits (1 credit = 1 000 000). The wallet row is the lock of everything below it: whoever
-- changes a grant, a hold or a wallet's line has locked the wallet first, several of them in the order of org_id.
create table wallet (
    org_id                       uuid        not null references organization (id),
    id                           uuid        not null unique,
    posted_micros                bigint      not null default 0,
    -- sum of the holds that are pending in the table; readers subtract those past their limit
    held_micros                  bigint      not null default 0 check (held_micros >= 0),
    open_holds                   integer     not null default 0 check (open_holds >= 0),
    -- lowest allowed available credit: 0, or minus the agreed overdraft
    floor_micros                 bigint      not null default 0 check (floor_micros <= 0),
    low_balance_threshold_micros bigint      check (low_balance_threshold_micros >= 0),
    last_seq                     bigint      not null default 0 check (last_seq >= 0),
    last_entry_at                timestamptz,
    created_at                   timestamptz not null default now(),
    updated_at                   timestamptz not null default now(),
    primary key (org_id),
    check (posted_micros - held_micros >= floor_micros)
) with (fillfactor = 70);

-- What happened: a set of entries that sum to zero. Never changed, never deleted.
create table movement (
    org_id      uuid        not null references wallet (org_id),
    id          uuid        not null,
    type        text        not null check (type in ('topup', 'usage', 'refund', 'trial_grant', 'expiry', 'adjustment',
                                                     'dispute', 'absorption')),
    reference   text        not null check (length(reference) between 1 and 500),
    instance_id uuid,
    run_id      uuid,
    reason      text        check (length(reason) between 1 and 500),
    metadata    jsonb       not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    created_at  timestamptz not null,
    primary key (org_id, id)
);
create index movement_run on movement (org_id, run_id) where run_id is not null;
create index movement_absorbed on movement (created_at) where reason is not null;

-- The wallet's lines, in the order of seq, are the documented ledger; the other accounts are the platform's side.
create table entry (
    org_id         uuid        not null,
    id             uuid        not null,
    movement_id    uuid        not null,
    account        text        not null check (account in ('wallet', 'issued', 'promotional', 'revenue',
                                                           'seller_payable', 'absorbed', 'expired')),
    amount_micros  bigint      not null check (amount_micros <> 0),
    -- position in the wallet and its balance afterwards; only on the wallet's own lines
    seq            bigint,
    balance_micros bigint,
    created_at     timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, movement_id) references movement (org_id, id),
    check ((account = 'wallet') = (seq is not null) and (seq is null) = (balance_micros is null))
);
create unique index entry_of_wallet on entry (org_id, seq) where account = 'wallet';
create index entry_of_movement on entry (org_id, movement_id);

-- All entries of a movement are written by one statement, which must sum to zero.
create function billing_sums_to_zero() returns trigger language plpgsql as $$
begin
    if exists (select from added group by org_id, movement_id having sum(amount_micros) <> 0) then
        raise exception 'the entries of a movement sum to zero' using errcode = 'check_violation';
    end if;
    return null;
end $$;
create trigger entry_sums_to_zero after insert on entry referencing new table as added
    for each statement execute function billing_sums_to_zero();

create function billing_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger movement_append_only before update or delete or truncate on movement
    for each statement execute function billing_is_append_only();
create trigger entry_append_only before update or delete or truncate on entry
    for each statement execute function billing_is_append_only();

-- A portion of credit with its own priority and end. Held parts still count as remaining.
create table credit_grant (
    org_id           uuid        not null references wallet (org_id),
    id               uuid        not null,
    kind             text        not null check (kind in ('trial', 'promotional', 'included', 'purchased')),
    priority         integer     not null,
    amount_micros    bigint      not null check (amount_micros > 0),
    remaining_micros bigint      not null,
    held_micros      bigint      not null default 0,
    effective_at     timestamptz not null,
    expires_at       timestamptz,
    reference        text        not null check (length(reference) between 1 and 500),
    movement_id      uuid        not null,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    primary key (org_id, id),
    foreign key (org_id, movement_id) references movement (org_id, id),
    check (0 <= held_micros and held_micros <= remaining_micros and remaining_micros <= amount_micros),
    check (expires_at > effective_at)
) with (fillfactor = 80);
create index credit_grant_live on credit_grant (org_id) where remaining_micros > 0;
create index credit_grant_ending on credit_grant (expires_at) where remaining_micros > 0 and expires_at is not null;

-- Which grants a movement took from, in this order: where a refund returns to.
create table grant_use (
    org_id      uuid    not null,
    movement_id uuid    not null,
    position    integer not null check (position >= 0),
    grant_id    uuid    not null,
    micros      bigint  not null check (micros > 0),
    primary key (org_id, movement_id, position),
    foreign key (org_id, movement_id) references movement (org_id, id),
    foreign key (org_id, grant_id) references credit_grant (org_id, id)
);
create index grant_use_of_grant on grant_use (org_id, grant_id);

-- One trial per person, for ever, whatever happens to the organization.
create table trial (
    owner      text        primary key check (length(owner) between 1 and 255),
    org_id     uuid        not null references wallet (org_id),
    created_at timestamptz not null default now()
);

-- Credit set aside before a run. It ends once; what was charged for it is written beside, also once.
create table reservation (
    org_id          uuid        not null references wallet (org_id),
    id              uuid        not null unique,
    instance_id     uuid        not null,
    run_id          uuid,
    amount_micros   bigint      not null check (amount_micros >= 0),
    status          text        not null check (status in ('pending', 'settled', 'expired', 'cancelled')),
    -- the price that is valid for this run, whatever the plan says later
    rate_card       jsonb       not null,
    expires_at      timestamptz not null,
    created_at      timestamptz not null,
    ended_at        timestamptz,
    closed_at       timestamptz,
    usage           jsonb,
    debited_micros  bigint      check (debited_micros >= 0),
    absorbed_micros bigint      check (absorbed_micros >= 0),
    balance_micros  bigint,
    entry_id        uuid,
    reason          text        check (length(reason) <= 500),
    primary key (org_id, id),
    check ((status = 'pending') = (ended_at is null)),
    check (status <> 'settled' or closed_at is not null),
    check (status <> 'pending' or closed_at is null),
    check ((closed_at is null) = (debited_micros is null)),
    check ((closed_at is null) = (absorbed_micros is null))
) with (fillfactor = 80);
create index reservation_open on reservation (org_id, expires_at) where status = 'pending';
create index reservation_due on reservation (expires_at) where status = 'pending';
create index reservation_of_instance on reservation (org_id, instance_id) where status = 'pending';

-- Which grants a hold sets aside, in this order.
create table grant_hold (
    org_id         uuid    not null,
    reservation_id uuid    not null,
    position       integer not null check (position >= 0),
    grant_id       uuid    not null,
    micros         bigint  not null check (micros > 0),
    primary key (org_id, reservation_id, position),
    foreign key (org_id, reservation_id) references reservation (org_id, id),
    foreign key (org_id, grant_id) references credit_grant (org_id, id)
);
