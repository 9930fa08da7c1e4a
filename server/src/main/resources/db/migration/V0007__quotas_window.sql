-- Fixed windows of one instance. The row is the lock of its admissions; who holds it may look at the slots.
create table quota_window (
    org_id       uuid        not null,
    instance_id  uuid        not null,
    minute_start timestamptz not null,
    minute_used  bigint      not null default 0 check (minute_used >= 0),
    month_start  timestamptz not null,
    month_used   bigint      not null default 0 check (month_used >= 0),
    primary key (org_id, instance_id)
) with (fillfactor = 70);

-- One row per run that is going on. It ends with the run, or with time when the run's process died.
create table quota_slot (
    org_id      uuid        not null,
    instance_id uuid        not null,
    run_id      uuid        not null,
    expires_at  timestamptz not null,
    primary key (org_id, instance_id, run_id)
);
create index quota_slot_due on quota_slot (expires_at);
