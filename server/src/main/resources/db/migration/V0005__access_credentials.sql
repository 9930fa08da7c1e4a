-- The embedded issuer: its keys, its people, its clients. Empty where OIDC_ISSUER names another issuer.

-- Published from creation on, signs from signs_from on: by then every cache of the key set knows it.
create table signing_key (
    kid            text        primary key,
    public_jwk     text        not null,
    sealed_private bytea       not null,
    signs_from     timestamptz not null,
    retired_at     timestamptz,
    created_at     timestamptz not null default now()
);

create table account (
    id            uuid        primary key,
    email         text        not null unique check (length(email) between 3 and 254 and email = lower(email)),
    name          text        not null check (length(name) between 1 and 255),
    password_hash text        not null,
    realm_roles   text[]      not null default '{}',
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now()
);

create table oauth_client (
    client_id   text        primary key check (length(client_id) between 1 and 100),
    secret_hash text        not null check (length(secret_hash) = 64),
    realm_roles text[]      not null default '{}',
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now()
);

-- Failed logins in the running window. Keyed by a hash: people type passwords into the wrong field.
create table login_failure (
    who        text        primary key check (length(who) = 64),
    failures   integer     not null check (failures > 0),
    window_end timestamptz not null
);
create index login_failure_end on login_failure (window_end);

-- The right of a program to one instance. The key itself is shown once and not kept.
create table api_key (
    org_id       uuid        not null,
    id           uuid        not null,
    instance_id  uuid        not null,
    project_id   uuid        not null,
    name         text        not null check (length(name) between 1 and 255),
    format       text        not null check (format in ('jwt', 'opaque')),
    key_hash     text        not null unique check (key_hash ~ '^[0-9a-f]{64}$'),
    key_prefix   text        not null check (length(key_prefix) = 12),
    key_last4    text        not null check (length(key_last4) = 4),
    scopes       text[]      not null,
    created_by   text        not null,
    last_used_at timestamptz,
    expires_at   timestamptz not null,
    revoked_at   timestamptz,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, instance_id) references instance (org_id, id)
);
create index api_key_of_instance on api_key (org_id, instance_id, id desc);
