-- The hash chain of each wallet (ADR 0011), made behind the hot path: it costs a posting nothing, not even an index.

-- A block of sealed lines of one wallet: 32 bytes (SHA-256) for each, so that the first wrong line can be named.
create table wallet_seal (
    org_id    uuid        not null,
    from_seq  bigint      not null check (from_seq > 0),
    to_seq    bigint      not null,
    -- which form of a line the digests cover
    version   smallint    not null,
    digests   bytea       not null,
    last_hash bytea       not null,
    sealed_at timestamptz not null default clock_timestamp(),
    -- two sealers that start from the same line make one block
    primary key (org_id, from_seq),
    check (to_seq >= from_seq),
    check (octet_length(digests) = 32 * (to_seq - from_seq + 1)),
    check (octet_length(last_hash) = 32),
    check (last_hash = substring(digests from octet_length(digests) - 31))
);
-- Digests do not compress.
alter table wallet_seal alter column digests set storage external;
create trigger wallet_seal_append_only before update or delete on wallet_seal
    for each row execute function billing_is_append_only();
create trigger wallet_seal_no_truncate before truncate on wallet_seal
    for each statement execute function billing_is_append_only();

-- What ended stays as it ended; only a hold that expired may be closed afterwards, once.
create function billing_closes_once() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.status = 'expired' and old.closed_at is null and new.closed_at is not null
       and (old.org_id, old.id, old.instance_id, old.run_id, old.amount_micros, old.status, old.rate_card,
            old.expires_at, old.created_at, old.ended_at)
           is not distinct from
           (new.org_id, new.id, new.instance_id, new.run_id, new.amount_micros, new.status, new.rate_card,
            new.expires_at, new.created_at, new.ended_at) then
        return new;
    end if;
    raise exception 'a reservation that ended does not change' using errcode = 'restrict_violation';
end $$;
create trigger reservation_closes_once before update or delete on reservation
    for each row execute function billing_closes_once();

-- The start of the oldest transaction that writes: no line that appears later is older than this.
create function billing_oldest_writer() returns timestamptz
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select min(xact_start) from pg_stat_activity
    where datname = current_database() and backend_xid is not null and pid <> pg_backend_pid()
$$;

-- Verifications of the whole ledger and what they found.
create table ledger_verification (
    id          uuid        primary key,
    org_id      uuid,
    status      text        not null default 'running' check (status in ('running', 'passed', 'failed', 'aborted')),
    started_at  timestamptz not null default clock_timestamp(),
    -- the last sign of life of a running one
    seen_at     timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    wallets     bigint      not null default 0,
    entries     bigint      not null default 0,
    sealed      bigint      not null default 0,
    broken      bigint      not null default 0,
    fingerprint text,
    findings    jsonb       not null default '[]' check (jsonb_typeof(findings) = 'array'),
    reason      text        check (length(reason) <= 500),
    check ((status = 'running') = (finished_at is null))
);
-- One at a time, on whichever node.
create unique index ledger_verification_running on ledger_verification ((1)) where status = 'running';
create index ledger_verification_started on ledger_verification (started_at desc);
