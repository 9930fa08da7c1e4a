-- The seller's drawer of flows, and what people said to agents.

create table saved_flow (
    id          uuid        primary key,
    org_id      uuid        not null references organization (id) on delete cascade,
    -- what the flow is meant for; it stays in the drawer when the offering goes
    offering_id uuid        references offering (id) on delete set null,
    name        text        not null check (length(name) between 1 and 255),
    -- exactly the bytes that were sent
    content     bytea       not null check (length(content) between 2 and 5242880),
    sha256      text        not null check (sha256 ~ '^[0-9a-f]{64}$'),
    valid       boolean     not null,
    runtime     text        not null,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now()
);
create index saved_flow_of_org on saved_flow (org_id, id desc);
create index saved_flow_of_offering on saved_flow (offering_id) where offering_id is not null;

-- One message of a conversation. The session is a session of one instance; another instance never sees it.
create table chat_message (
    org_id      uuid        not null,
    instance_id uuid        not null,
    session_id  text        not null check (length(session_id) between 1 and 255),
    -- order within the session
    seq         bigint      not null generated always as identity,
    sender      text        not null check (sender in ('user', 'assistant', 'system')),
    sender_name text        not null check (length(sender_name) <= 255),
    text        text        not null check (length(text) <= 100000),
    created_at  timestamptz not null default now(),
    primary key (org_id, instance_id, session_id, seq),
    foreign key (org_id, instance_id) references instance (org_id, id) on delete cascade
);
create index chat_message_age on chat_message (created_at);
