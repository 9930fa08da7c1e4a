-- The ledger for speed (ADR 0009). Two changes, neither of which changes an amount:
--   * open holds lie in a small table of their own; a hold that ends moves into the history, which is only added to;
--   * a movement is one or two transfers, each from one account to another, so that it sums to zero by its form.
-- Hot tables have no foreign keys: whoever writes to them holds the lock of the wallet, which cannot be deleted.

-- The smallest UUIDv7 of a moment: where a partition by id begins.
create function billing_uuid_floor(at timestamptz) returns uuid language sql immutable strict as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

alter table wallet
    -- nothing of this wallet is due before; null for never. A lower bound: it may be early, never late.
    add column due_at timestamptz;
create index wallet_due on wallet (due_at) where due_at is not null;
alter table wallet set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- Changes with every run, so it may not be part of an index; "has something left" changes once.
alter table credit_grant add column open boolean not null default true;
drop index credit_grant_live;
drop index credit_grant_ending;
alter table credit_grant drop constraint credit_grant_org_id_movement_id_fkey;
alter table grant_use drop constraint grant_use_org_id_grant_id_fkey;
alter table grant_hold drop constraint grant_hold_org_id_grant_id_fkey;
update credit_grant set open = remaining_micros > 0;
create index credit_grant_open on credit_grant (org_id) where open;
alter table credit_grant add check (open or remaining_micros = 0);
alter table credit_grant set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- Open holds, and nothing else.
create table hold (
    org_id        uuid        not null,
    id            uuid        not null,
    instance_id   uuid        not null,
    run_id        uuid,
    amount_micros bigint      not null check (amount_micros >= 0),
    -- the price that is valid for this run, whatever the plan says later; null is the standard formula
    rate_card     jsonb,
    expires_at    timestamptz not null,
    created_at    timestamptz not null,
    -- which grants it stands on, in this order; what is missing to the amount stands on the overdraft
    grants        uuid[]      not null,
    grant_micros  bigint[]    not null,
    primary key (org_id, id),
    check (cardinality(grants) = cardinality(grant_micros))
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create unique index hold_id on hold (id);

insert into hold
select r.org_id, r.id, r.instance_id, r.run_id, r.amount_micros, nullif(r.rate_card, '{}'), r.expires_at, r.created_at,
       coalesce(array_agg(h.grant_id order by h.position) filter (where h.grant_id is not null), '{}'),
       coalesce(array_agg(h.micros order by h.position) filter (where h.grant_id is not null), '{}')
from reservation r
left join grant_hold h on h.org_id = r.org_id and h.reservation_id = r.id
where r.status = 'pending'
group by r.org_id, r.id;

-- How holds ended. Added to; only an expired one may be closed later, once.
alter table reservation rename to reservation_old;
create table reservation (
    org_id          uuid        not null,
    id              uuid        not null,
    instance_id     uuid        not null,
    run_id          uuid,
    amount_micros   bigint      not null check (amount_micros >= 0),
    status          text        not null check (status in ('settled', 'expired', 'cancelled')),
    rate_card       jsonb,
    expires_at      timestamptz not null,
    created_at      timestamptz not null,
    ended_at        timestamptz not null,
    closed_at       timestamptz,
    usage           jsonb,
    debited_micros  bigint      check (debited_micros >= 0),
    absorbed_micros bigint      check (absorbed_micros >= 0),
    balance_micros  bigint,
    entry_id        uuid,
    reason          text        check (length(reason) <= 500),
    primary key (org_id, id),
    check (status <> 'settled' or closed_at is not null),
    check ((closed_at is null) = (debited_micros is null)),
    check ((closed_at is null) = (absorbed_micros is null))
) partition by range (id);
create index reservation_id on reservation using brin (id) with (pages_per_range = 16, autosummarize = on);

-- Credit that moved from one account to another. The rows of a wallet, in the order of seq, are its chain; those that
-- touch the account "wallet" are the documented ledger.
create table transfer (
    org_id         uuid        not null,
    seq            bigint      not null check (seq > 0),
    created_at     timestamptz not null,
    id             uuid        not null,
    -- transfers of one movement belong together
    movement_id    uuid        not null,
    source         text        not null check (source in ('wallet', 'issued', 'promotional', 'revenue',
                                                          'seller_payable', 'absorbed', 'expired')),
    target         text        not null check (target in ('wallet', 'issued', 'promotional', 'revenue',
                                                          'seller_payable', 'absorbed', 'expired')),
    amount_micros  bigint      not null check (amount_micros > 0),
    -- the wallet's balance afterwards
    balance_micros bigint      not null,
    type           text        not null check (type in ('topup', 'usage', 'refund', 'trial_grant', 'expiry',
                                                        'adjustment', 'dispute', 'absorption')),
    reference      text        not null check (length(reference) between 1 and 500),
    instance_id    uuid,
    run_id         uuid,
    reason         text        check (length(reason) between 1 and 500),
    metadata       jsonb       check (jsonb_typeof(metadata) = 'object'),
    -- which grants it took from, in this order: where a refund returns to
    grants         uuid[]      not null,
    grant_micros   bigint[]    not null,
    primary key (org_id, seq, created_at),
    check (source <> target),
    check (cardinality(grants) = cardinality(grant_micros))
) partition by range (created_at);
create index transfer_time on transfer using brin (created_at) with (pages_per_range = 16, autosummarize = on);
create index transfer_absorbed on transfer (created_at) where source = 'absorbed';

create trigger transfer_append_only before update or delete on transfer
    for each row execute function billing_is_append_only();

-- A partition for each month from the last one until so many months from now; what lies outside goes to the default
-- one. Makes what is missing: safe at any time, by any node.
create function billing_make_partitions(ahead integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    made  integer := 0;
    month timestamptz := date_trunc('month', now() - interval '1 month', 'UTC');
    upper timestamptz;
    name  text;
begin
    perform pg_advisory_xact_lock(hashtext('billing_make_partitions'));
    while month <= date_trunc('month', now(), 'UTC') + make_interval(months => ahead) loop
        upper := date_trunc('month', month + interval '32 days', 'UTC');
        name := to_char(month at time zone 'UTC', '"_"YYYY"_"MM');
        if to_regclass('public.transfer' || name) is null then
            execute format('create table transfer%s partition of transfer for values from (%L) to (%L)',
                           name, month, upper);
            execute format('create trigger no_truncate before truncate on transfer%s
                            for each statement execute function billing_is_append_only()', name);
            execute format('create table reservation%s partition of reservation for values from (%L) to (%L)',
                           name, billing_uuid_floor(month), billing_uuid_floor(upper));
            made := made + 1;
        end if;
        month := upper;
    end loop;
    return made;
end $$;

create table transfer_other partition of transfer default;
create table reservation_other partition of reservation default;
create trigger no_truncate before truncate on transfer_other
    for each statement execute function billing_is_append_only();
create trigger no_truncate before truncate on transfer
    for each statement execute function billing_is_append_only();
select billing_make_partitions(3);

insert into reservation
select org_id, id, instance_id, run_id, amount_micros, status, nullif(rate_card, '{}'), expires_at, created_at, ended_at,
       closed_at, usage, debited_micros, absorbed_micros, balance_micros, entry_id, reason
from reservation_old
where status <> 'pending';

-- The wallet's lines keep their ids, their order and their balances; what the platform paid takes its place behind the
-- line it belongs to.
with line as (
    select e.org_id, e.id, e.movement_id, e.amount_micros, e.account, e.seq, m.type, m.reference, m.instance_id,
           m.run_id, m.reason, m.metadata, m.created_at,
           (select a.account from entry a
            where a.org_id = e.org_id and a.movement_id = e.movement_id
              and a.account not in ('wallet', 'absorbed')) as against
    from entry e
    join movement m on m.org_id = e.org_id and m.id = e.movement_id
    where e.account in ('wallet', 'absorbed')),
placed as (
    select l.*,
           row_number() over (partition by org_id order by created_at, seq nulls last, id) as place,
           sum(case when account = 'wallet' then amount_micros else 0 end)
               over (partition by org_id order by created_at, seq nulls last, id) as balance
    from line l)
insert into transfer
select p.org_id, p.place, p.created_at, p.id, p.movement_id,
       case when p.account = 'absorbed' then 'absorbed' when p.amount_micros < 0 then 'wallet' else p.against end,
       case when p.account = 'absorbed' or p.amount_micros < 0 then p.against else 'wallet' end,
       abs(p.amount_micros), p.balance, p.type, p.reference, p.instance_id, p.run_id,
       p.reason, nullif(p.metadata, '{}'),
       case when p.account = 'wallet' then u.grants else '{}' end,
       case when p.account = 'wallet' then u.micros else '{}' end
from placed p
cross join lateral (
    select coalesce(array_agg(g.grant_id order by g.position), '{}') as grants,
           coalesce(array_agg(g.micros order by g.position), '{}') as micros
    from grant_use g where g.org_id = p.org_id and g.movement_id = p.movement_id) as u;

update wallet w
set last_seq = coalesce((select max(t.seq) from transfer t where t.org_id = w.org_id), 0),
    due_at = least(
        (select min(h.expires_at) from hold h where h.org_id = w.org_id),
        (select min(g.expires_at) from credit_grant g where g.org_id = w.org_id and g.open));

-- A run names its reservation, which lies in one table while it is open and in another afterwards.
alter table run drop constraint run_org_id_reservation_id_fkey;
drop table grant_hold, grant_use, entry, movement, reservation_old;
drop function billing_sums_to_zero();

-- Double entry as it is read: each transfer is two entries that sum to zero.
create view entry as
select t.org_id, t.seq, t.id, t.movement_id, side.account, side.micros as amount_micros, t.type, t.reference,
       t.instance_id, t.run_id, t.reason, t.created_at
from transfer t
cross join lateral (values (t.source, -t.amount_micros), (t.target, t.amount_micros)) as side (account, micros);

-- Which grants paid which transfer.
create view grant_use as
select t.org_id, t.id as entry_id, t.movement_id, t.seq, use.position - 1 as position, use.grant_id, use.micros
from transfer t
cross join lateral unnest(t.grants, t.grant_micros) with ordinality as use (grant_id, micros, position);
