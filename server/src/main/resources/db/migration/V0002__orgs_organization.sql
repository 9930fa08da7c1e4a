-- Who is who. An organization is closed, never deleted: its wallet and ledger must outlive it.
create table organization (
    id          uuid        primary key,
    name        text        not null check (length(name) between 1 and 255),
    slug        text        not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,253}[a-z0-9])?$'),
    owner_id    text        not null check (length(owner_id) between 1 and 255),
    is_provider boolean     not null default false,
    status      text        not null default 'active' check (status in ('active', 'suspended')),
    closed_at   timestamptz,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now()
);
create unique index organization_slug on organization (slug) where closed_at is null;

create table project (
    org_id      uuid        not null references organization (id),
    id          uuid        not null,
    name        text        not null check (length(name) between 1 and 255),
    slug        text        not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,253}[a-z0-9])?$'),
    description text        check (length(description) <= 2000),
    is_default  boolean     not null default false,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    primary key (org_id, id),
    unique (id),
    unique (org_id, slug)
);
create unique index project_one_default on project (org_id) where is_default;

create table team (
    org_id      uuid        not null references organization (id),
    id          uuid        not null,
    name        text        not null check (length(name) between 1 and 255),
    slug        text        not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,253}[a-z0-9])?$'),
    description text        check (length(description) <= 2000),
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    primary key (org_id, id),
    unique (id),
    unique (org_id, slug)
);

-- A row without user_id is an invitation: it joins at the first login with that verified e-mail.
create table membership (
    org_id     uuid        not null references organization (id),
    id         uuid        not null,
    user_id    text        check (length(user_id) between 1 and 255),
    email      text        check (length(email) between 3 and 254 and email = lower(email)),
    role       text        not null default 'member' check (role in ('owner', 'admin', 'member', 'viewer')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (org_id, id),
    unique (org_id, user_id),
    check (user_id is not null or email is not null)
);
create index membership_user on membership (user_id, org_id);
create unique index membership_invited on membership (email, org_id) where user_id is null;

create table team_member (
    org_id        uuid not null,
    team_id       uuid not null,
    membership_id uuid not null,
    primary key (org_id, team_id, membership_id),
    foreign key (org_id, team_id) references team (org_id, id) on delete cascade,
    foreign key (org_id, membership_id) references membership (org_id, id) on delete cascade
);
create index team_member_membership on team_member (org_id, membership_id);

-- Joins what the shop knows (an e-mail) with what a login proves (a subject). The row is also the lock of a person.
create table identity_link (
    subject        text        primary key check (length(subject) between 1 and 255),
    email          text        check (email = lower(email)),
    email_verified boolean     not null default false,
    name           text        not null,
    disabled       boolean     not null default false,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now()
);
create index identity_link_email on identity_link (email) where email_verified;
