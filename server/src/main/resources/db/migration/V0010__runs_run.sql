-- One row per run that was let in. What was asked and answered is not kept here.
create table run (
    org_id          uuid        not null references organization (id),
    id              uuid        not null unique,
    instance_id     uuid        not null,
    version_id      uuid        not null references offering_version (id),
    api_key_id      uuid,
    user_id         text        check (length(user_id) <= 255),
    status          text        not null default 'running'
                                check (status in ('running', 'succeeded', 'failed', 'timed_out', 'abandoned')),
    reservation_id  uuid        not null,
    -- the caller's key, so that it can be given back when the run's process dies
    key_operation   text        check (length(key_operation) between 1 and 100),
    key             text        check (length(key) between 1 and 255),
    usage           jsonb       check (jsonb_typeof(usage) = 'object'),
    token_source    text        check (length(token_source) <= 50),
    debited_micros  bigint      check (debited_micros >= 0),
    absorbed_micros bigint      check (absorbed_micros >= 0),
    balance_micros  bigint,
    failure_code    text        check (length(failure_code) <= 100),
    failure_message text        check (length(failure_message) <= 2000),
    failure_node    text        check (length(failure_node) <= 500),
    trace           jsonb       not null default '[]' check (jsonb_typeof(trace) = 'array'),
    trace_id        text        not null check (length(trace_id) <= 100),
    -- until then its process closes it; afterwards it is abandoned
    lease_until     timestamptz not null,
    started_at      timestamptz not null,
    finished_at     timestamptz,
    primary key (org_id, id),
    foreign key (org_id, instance_id) references instance (org_id, id),
    foreign key (org_id, reservation_id) references reservation (org_id, id),
    check ((status = 'running') = (finished_at is null)),
    check ((key is null) = (key_operation is null))
) with (fillfactor = 80);
create index run_of_instance on run (org_id, instance_id, started_at desc);
create index run_going_on on run (lease_until) where status = 'running';
