-- quotas: limits by user type, what was added to them for single users, and who is of which type.
-- Keys are hashes over the parts and their lengths: ids may hold any character and be long, and never run together.
create table quota_policy (
    key                text        primary key,
    tenant             text        not null,
    project            text        not null,
    user_type          text        not null,
    bundle_id          text        not null,
    max_concurrent     integer     check (max_concurrent >= 1),
    requests_per_day   integer     check (requests_per_day >= 0),
    requests_per_month integer     check (requests_per_month >= 0),
    total_requests     integer     check (total_requests >= 0),
    tokens_per_hour    bigint      check (tokens_per_hour >= 0),
    tokens_per_day     bigint      check (tokens_per_day >= 0),
    tokens_per_month   bigint      check (tokens_per_month >= 0),
    strict_tokens      boolean     not null default false,
    scope              text        not null default 'bundle' check (scope in ('bundle', 'project')),
    notes              text        not null default '',
    created_by         text        not null,
    created_at         timestamptz not null default now(),
    updated_at         timestamptz not null default now(),
    active             boolean     not null default true,
    version            bigint      not null default 1
);

create table quota_grant (
    id                             uuid        primary key,
    owner_key                      text        not null,
    tenant                         text        not null,
    project                        text        not null,
    user_id                        text        not null,
    bundle_id                      text        not null,
    additional_max_concurrent      integer     check (additional_max_concurrent >= 0),
    additional_requests_per_day    integer     check (additional_requests_per_day >= 0),
    additional_requests_per_month  integer     check (additional_requests_per_month >= 0),
    additional_total_requests      integer     check (additional_total_requests >= 0),
    additional_tokens_per_hour     bigint      check (additional_tokens_per_hour >= 0),
    additional_tokens_per_day      bigint      check (additional_tokens_per_day >= 0),
    additional_tokens_per_month    bigint      check (additional_tokens_per_month >= 0),
    expires_at                     timestamptz,
    purchase_id                    text,
    purchase_key                   text        unique,
    purchase_micro_usd             bigint      check (purchase_micro_usd >= 0),
    purchase_notes                 text        not null default '',
    source                         text        not null check (source in ('trial', 'manual', 'stripe')),
    created_by                     text        not null,
    created_at                     timestamptz not null default now(),
    updated_at                     timestamptz not null default now(),
    active                         boolean     not null default true,
    version                        bigint      not null default 1
);
create index quota_grant_owner on quota_grant (owner_key, id);
create index quota_grant_expiry on quota_grant (expires_at) where active and expires_at is not null;

create table quota_user_type (
    user_id    text        primary key check (length(user_id) between 1 and 255),
    user_type  text        not null,
    created_by text        not null,
    updated_at timestamptz not null default now()
);

-- One row counts all windows of a user and a bundle; a window that is over counts as empty.
create table quota_counter (
    counter_key    text        primary key,
    tenant         text        not null,
    project        text        not null,
    user_id        text        not null,
    bundle_id      text        not null,
    hour           timestamptz not null default 'epoch',
    hour_tokens    bigint      not null default 0 check (hour_tokens >= 0),
    day            timestamptz not null default 'epoch',
    day_requests   bigint      not null default 0 check (day_requests >= 0),
    day_tokens     bigint      not null default 0 check (day_tokens >= 0),
    month          timestamptz not null default 'epoch',
    month_requests bigint      not null default 0 check (month_requests >= 0),
    month_tokens   bigint      not null default 0 check (month_tokens >= 0),
    total_requests bigint      not null default 0 check (total_requests >= 0),
    total_tokens   bigint      not null default 0 check (total_tokens >= 0)
) with (fillfactor = 50);
create index quota_counter_user on quota_counter (user_id);

-- One admission from its beginning to its end; kept for two days after it, so that a repetition is recognized.
create table quota_admission (
    lock_key    text        primary key,
    counter_key text        not null,
    tenant      text        not null,
    project     text        not null,
    user_id     text        not null,
    bundle_id   text        not null,
    lock_id     text        not null,
    state       text        not null default 'open' check (state in ('open', 'committed', 'released', 'expired')),
    held_tokens bigint      not null check (held_tokens >= 0),
    tokens      bigint      check (tokens >= 0),
    expires_at  timestamptz not null,
    finished_at timestamptz
) with (fillfactor = 70);
create index quota_admission_open on quota_admission (counter_key, expires_at) include (held_tokens)
    where state = 'open';
create index quota_admission_ended on quota_admission (finished_at) where state <> 'open';
