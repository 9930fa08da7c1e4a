-- What agents know: bases of documents, cut into passages. A base belongs to an offering (its seller's) or to one instance.

create table knowledge_base (
    id          uuid        primary key,
    org_id      uuid        not null references organization (id),
    offering_id uuid        references offering (id) on delete cascade,
    instance_id uuid,
    name        text        not null check (length(name) between 1 and 80),
    -- grows with every change of content; an index of another revision is out of date
    revision    bigint      not null default 0,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    unique (org_id, id),
    unique nulls not distinct (org_id, offering_id, instance_id, name),
    foreign key (org_id, instance_id) references instance (org_id, id) on delete cascade,
    check (num_nonnulls(offering_id, instance_id) = 1)
);
create index knowledge_base_of_offering on knowledge_base (offering_id) where offering_id is not null;
create index knowledge_base_of_instance on knowledge_base (org_id, instance_id) where instance_id is not null;

create table knowledge_document (
    id         uuid        primary key,
    org_id     uuid        not null,
    base_id    uuid        not null,
    title      text        not null check (length(title) between 1 and 255),
    -- SHA-256 of title and text: the same document again is the same document
    sha256     text        not null check (sha256 ~ '^[0-9a-f]{64}$'),
    characters integer     not null check (characters between 1 and 1000000),
    created_at timestamptz not null default now(),
    unique (org_id, base_id, id),
    unique (base_id, sha256),
    foreign key (org_id, base_id) references knowledge_base (org_id, id) on delete cascade
);

create table knowledge_chunk (
    org_id      uuid    not null,
    base_id     uuid    not null,
    document_id uuid    not null,
    position    integer not null check (position >= 0),
    heading     text    not null check (length(heading) <= 255),
    text        text    not null check (length(text) between 1 and 1200),
    primary key (base_id, document_id, position),
    foreign key (org_id, base_id, document_id)
        references knowledge_document (org_id, base_id, id) on delete cascade
);
