-- Documents that a buyer gives to an instance: kept as they were sent, read in the background, cut into passages with
-- their place. Documents that a seller's card brought are there as before: read at once, without an original.

alter table knowledge_document
    drop constraint knowledge_document_characters_check,
    add constraint knowledge_document_characters_check check (characters between 0 and 5000000),
    add column kind         text        not null default 'document' check (kind in ('document', 'text', 'qa_pair')),
    add column filename     text        check (length(filename) between 1 and 255),
    add column content_type text        not null default 'text/markdown' check (length(content_type) between 1 and 255),
    add column size_bytes   bigint      not null default 0 check (size_bytes >= 0),
    add column status       text        not null default 'READY'
                            check (status in ('PENDING', 'INGESTING', 'READY', 'RETRY_PENDING', 'FAILED')),
    add column progress     smallint    not null default 100 check (progress between 0 and 100),
    -- why it failed, or why it waits, in words for its owner
    add column reason_code  text,
    add column reason       text        check (length(reason) <= 500),
    add column pages        integer     check (pages > 0),
    -- grows with each attempt: whoever works under an older number has lost the document and writes nothing
    add column attempts     integer     not null default 0 check (attempts >= 0),
    -- attempts before it fails for good
    add column attempts_left integer    not null default 4 check (attempts_left >= 0),
    -- from when on a worker may take it: now, at the next retry, or when the worker that has it is taken for dead
    add column due_at       timestamptz,
    add column updated_at   timestamptz not null default now(),
    add column ready_at     timestamptz,
    add constraint knowledge_document_due check ((due_at is null) = (status in ('READY', 'FAILED'))),
    add constraint knowledge_document_reason check ((status in ('FAILED', 'RETRY_PENDING')) = (reason is not null));

-- the queue of the workers: short, whatever the table holds
create index knowledge_document_due on knowledge_document (due_at) where due_at is not null;
create index knowledge_document_newest on knowledge_document (org_id, base_id, id desc);

-- The bytes as they were sent, in pieces, so that nobody holds a whole file to write or to read it. They go with their
-- document, in the same transaction.
create table knowledge_original (
    org_id      uuid    not null,
    base_id     uuid    not null,
    document_id uuid    not null,
    piece       integer not null check (piece >= 0),
    bytes       bytea   not null check (length(bytes) between 1 and 1048576),
    primary key (document_id, piece),
    foreign key (org_id, base_id, document_id)
        references knowledge_document (org_id, base_id, id) on delete cascade
);
-- what is sent is mostly compressed already
alter table knowledge_original alter column bytes set storage external;

alter table knowledge_chunk
    -- from 1; null where a document has no pages
    add column page       integer check (page > 0),
    -- where the passage stands in the text of the document, in UTF-16 units, end exclusive; both 0 in older rows
    add column from_char integer not null default 0 check (from_char >= 0),
    add column to_char   integer not null default 0 check (to_char >= from_char);
