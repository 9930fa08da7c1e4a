-- One row per key of a call that must not happen twice. The scope is an organization, a wallet or "system".
create table idempotency_record (
    scope         text        not null,
    operation     text        not null,
    key           text        not null check (length(key) between 1 and 255),
    request_hash  text        not null,
    http_status   integer,
    response      text,
    first_seen_at timestamptz not null default now(),
    last_seen_at  timestamptz not null default now(),
    expires_at    timestamptz,
    primary key (scope, operation, key),
    check ((http_status is null) = (response is null))
);
create index idempotency_record_expiry on idempotency_record (expires_at) where expires_at is not null;
