-- What is for sale: categories, offerings, their versions and plans, and what buyers say about them.

-- Typo-tolerant search needs pg_trgm. It comes with PostgreSQL and is trusted; where an installation leaves it out,
-- search still works, only without forgiving typos.
do $$
begin
    create extension if not exists pg_trgm;
exception when others then
    raise notice 'pg_trgm is not available: search does not forgive typos';
end $$;

do $$
begin
    if exists (select 1 from pg_extension where extname = 'pg_trgm') then
        create function catalog_resemblance(wanted text, words text) returns real
            language sql immutable parallel safe
            as 'select word_similarity(lower(wanted), lower(words))';
    else
        create function catalog_resemblance(wanted text, words text) returns real
            language sql immutable parallel safe
            as 'select 0::real';
    end if;
end $$;

create table category (
    id         uuid        primary key,
    kind       text        not null unique check (kind in ('agent', 'app', 'assistant', 'automation')),
    slug       text        not null unique,
    name       text        not null check (length(name) between 1 and 100),
    icon       text        not null,
    color      text        not null check (color ~ '^#[0-9A-Fa-f]{6}$'),
    purpose    text        not null default '',
    position   integer     not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

insert into category (id, kind, slug, name, icon, color, purpose, position) values
    ('01970000-0000-7000-8000-000000000001', 'agent', 'agents', 'Agents', 'robot', '#3B82F6',
     'automation and assistance', 1),
    ('01970000-0000-7000-8000-000000000002', 'app', 'apps', 'Apps', 'grid', '#10B981',
     'applications and integrations', 2),
    ('01970000-0000-7000-8000-000000000003', 'assistant', 'assistants', 'Assistants', 'message-circle', '#8B5CF6',
     'conversation', 3),
    ('01970000-0000-7000-8000-000000000004', 'automation', 'automations', 'Automations', 'zap', '#F59E0B',
     'workflow automation', 4);

-- Immutable for text, unlike array_to_string, which must serve every type; a generated column needs that.
create function catalog_words(words text[]) returns text
    language sql immutable parallel safe
    as $$ select coalesce(array_to_string(words, ' '), '') $$;

create table offering (
    id                    uuid        primary key,
    provider_org_id       uuid        not null references organization (id),
    name                  text        not null check (length(name) between 1 and 255),
    slug                  text        not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 255),
    category              text        not null references category (kind),
    description           text        not null default '' check (length(description) <= 20000),
    value_streams         text[]      not null default '{}',
    example_questions     text[]      not null default '{}',
    status                text        not null default 'draft'
                                      check (status in ('draft', 'published', 'paused', 'eos', 'eol')),
    saleor_product_id     text        unique check (length(saleor_product_id) between 1 and 255),
    thumbnail_url         text        check (length(thumbnail_url) <= 2000),
    -- the operator's decision about the listing; null while nobody asked
    approval              text        check (approval in ('awaiting', 'approved', 'rejected')),
    approval_reason       text        check (length(approval_reason) <= 2000),
    approval_asked_at     timestamptz,
    approval_decided_at   timestamptz,
    approval_decided_by   text,
    -- kept with the reviews, in the same transaction, so that a list needs no join
    review_count          integer     not null default 0 check (review_count >= 0),
    review_stars          bigint      not null default 0 check (review_stars between review_count and 5 * review_count),
    published_at          timestamptz,
    search                tsvector    generated always as (
                              setweight(to_tsvector('simple', name), 'A')
                              || setweight(to_tsvector('english', name), 'A')
                              || setweight(to_tsvector('simple', catalog_words(value_streams)), 'B')
                              || setweight(to_tsvector('english', description), 'C')) stored,
    created_at            timestamptz not null default now(),
    updated_at            timestamptz not null default now()
);
create index offering_provider on offering (provider_org_id, created_at desc);
create index offering_listed on offering (category, published_at desc) where status = 'published';
create index offering_awaiting on offering (approval_asked_at) where approval = 'awaiting';
create index offering_search on offering using gin (search);
create index offering_value_streams on offering using gin (value_streams);

create table offering_version (
    id              uuid        primary key,
    offering_id     uuid        not null references offering (id) on delete cascade,
    version_label   text        not null check (length(version_label) between 1 and 50),
    artifact_s3_key text        not null check (length(artifact_s3_key) between 1 and 500),
    artifact_sha256 text        not null check (artifact_sha256 ~ '^[0-9a-f]{64}$'),
    artifact_bytes  bigint      not null check (artifact_bytes >= 0),
    capabilities    text[]      not null default '{}',
    defaults        jsonb       not null default '{}' check (jsonb_typeof(defaults) = 'object'),
    config_schema   jsonb       check (jsonb_typeof(config_schema) = 'object'),
    status          text        not null default 'draft'
                                check (status in ('draft', 'published', 'paused', 'deprecated')),
    -- what the import checks said when the version was made
    valid           boolean     not null,
    runtime         text        not null check (length(runtime) between 1 and 50),
    findings        jsonb       not null default '[]',
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    unique (offering_id, version_label),
    unique (offering_id, id)
);

-- A version is what a buyer subscribed to: its content never changes, whoever writes the statement.
create function catalog_version_is_immutable() returns trigger language plpgsql as $$
begin
    if (new.id, new.offering_id, new.version_label, new.artifact_s3_key, new.artifact_sha256, new.artifact_bytes,
        new.capabilities, new.defaults, new.config_schema, new.valid, new.runtime, new.findings, new.created_at)
        is distinct from
       (old.id, old.offering_id, old.version_label, old.artifact_s3_key, old.artifact_sha256, old.artifact_bytes,
        old.capabilities, old.defaults, old.config_schema, old.valid, old.runtime, old.findings, old.created_at)
    then
        raise exception 'the content of an offering version is immutable' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger offering_version_immutable before update on offering_version
    for each row execute function catalog_version_is_immutable();

create table plan (
    id                      uuid        primary key,
    offering_id             uuid        not null references offering (id) on delete cascade,
    name                    text        not null check (length(name) between 1 and 255),
    slug                    text        not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 255),
    description             text        not null default '' check (length(description) <= 5000),
    billing_period          text        not null check (billing_period in ('monthly', 'yearly', 'one_time', 'usage')),
    price_credits_micros    bigint      not null default 0 check (price_credits_micros between 0 and 1000000000000000),
    price_cents             bigint      not null default 0 check (price_cents between 0 and 1000000000),
    currency                text        not null default 'usd' check (currency ~ '^[a-z]{3}$'),
    included_credits_micros bigint      not null default 0
                                        check (included_credits_micros between 0 and 1000000000000000),
    monthly_quota           bigint      check (monthly_quota between 1 and 1000000000),
    defaults                jsonb       not null default '{}' check (jsonb_typeof(defaults) = 'object'),
    limits                  jsonb       not null default '{}' check (jsonb_typeof(limits) = 'object'),
    rate_card               jsonb       check (jsonb_typeof(rate_card) = 'object'),
    is_default              boolean     not null default false,
    is_trial                boolean     not null default false,
    saleor_variant_id       text        unique check (length(saleor_variant_id) between 1 and 255),
    created_at              timestamptz not null default now(),
    updated_at              timestamptz not null default now(),
    unique (offering_id, slug),
    unique (offering_id, id)
);
create unique index plan_one_default on plan (offering_id) where is_default;
create unique index plan_one_trial on plan (offering_id) where is_trial;

create table review (
    id          uuid        primary key,
    offering_id uuid        not null references offering (id) on delete cascade,
    org_id      uuid        not null references organization (id) on delete cascade,
    author      text        not null,
    stars       integer     not null check (stars between 1 and 5),
    text        text        not null default '' check (length(text) <= 5000),
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    unique (offering_id, org_id)
);
create index review_of_offering on review (offering_id, created_at desc);
