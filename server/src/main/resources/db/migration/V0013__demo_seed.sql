-- Whether the demo was made: one row, so that it is made once, by one node.

create table demo_seed (
    only_row      boolean     primary key default true check (only_row),
    -- the node that is making it; a node that died is overtaken when its time is over
    holder        uuid,
    held_until    timestamptz,
    -- of the passwords that the accounts were made with: says whether demo.env still is the right one
    logins_sha256 text        check (logins_sha256 ~ '^[0-9a-f]{64}$'),
    -- what the buyer subscribed to, noted in the same transaction
    instance_id   uuid,
    done_at       timestamptz,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    check ((holder is null) = (held_until is null))
);
insert into demo_seed default values;
