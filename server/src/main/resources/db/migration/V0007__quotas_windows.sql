-- quotas: what an instance has used in the running minute and month, and its open runs.
create table instance_quota (
    org_id      uuid        not null,
    instance_id uuid        not null,
    minute      timestamptz not null default 'epoch',
    in_minute   integer     not null default 0 check (in_minute >= 0),
    month       timestamptz not null default 'epoch',
    in_month    integer     not null default 0 check (in_month >= 0),
    primary key (org_id, instance_id),
    foreign key (org_id, instance_id) references instance (org_id, id) on delete cascade
) with (fillfactor = 50);

create table quota_slot (
    org_id      uuid        not null,
    instance_id uuid        not null,
    run_id      uuid        not null,
    expires_at  timestamptz not null,
    primary key (org_id, instance_id, run_id),
    foreign key (org_id, instance_id) references instance (org_id, id) on delete cascade
);
create index quota_slot_expiry on quota_slot (expires_at);
