-- An organization's right to use an offering, and how much it was used.

create table instance (
    id                  uuid        primary key,
    org_id              uuid        not null references organization (id),
    project_id          uuid        not null,
    offering_id         uuid        not null references offering (id),
    offering_version_id uuid        not null,
    plan_id             uuid        not null,
    name                text        not null check (length(name) between 1 and 255),
    state               text        not null
                                    check (state in ('requested', 'provisioning', 'active', 'paused', 'terminated')),
    overrides           jsonb       not null default '{}' check (jsonb_typeof(overrides) = 'object'),
    effective_config    jsonb       not null check (jsonb_typeof(effective_config) = 'object'),
    config_version      integer     not null default 1 check (config_version >= 1),
    -- overrides that the present version or plan does not allow: kept, shown, without effect
    inactive_overrides  jsonb       not null default '[]' check (jsonb_typeof(inactive_overrides) = 'array'),
    -- began as the trial of its offering; stays true when the plan changes later
    trial               boolean     not null default false,
    runtime_endpoint    text,
    provisioning_error  text,
    checkout_url        text,
    idempotency_key     text        check (length(idempotency_key) between 1 and 255),
    created_by          text        not null,
    created_at          timestamptz not null default now(),
    updated_at          timestamptz not null default now(),
    terminated_at       timestamptz,
    unique (org_id, id),
    unique (org_id, idempotency_key),
    foreign key (org_id, project_id) references project (org_id, id),
    foreign key (offering_id, offering_version_id) references offering_version (offering_id, id),
    foreign key (offering_id, plan_id) references plan (offering_id, id),
    check ((state = 'terminated') = (terminated_at is not null))
);
create index instance_of_org on instance (org_id, created_at desc);
create index instance_of_offering on instance (offering_id, state);
create index instance_of_version on instance (offering_version_id);
create index instance_of_plan on instance (plan_id);
create index instance_provisioning on instance (updated_at) where state = 'provisioning';
-- One trial per organization and offering, for ever: a terminated trial was a trial.
create unique index instance_one_trial on instance (org_id, offering_id) where trial;

-- One row per instance and UTC day, added to and never replaced; one column per meter of section 11.1.
create table usage_record (
    org_id           uuid           not null,
    instance_id      uuid           not null,
    day              date           not null,
    api_calls        bigint         not null default 0 check (api_calls >= 0),
    llm_tokens_in    bigint         not null default 0 check (llm_tokens_in >= 0),
    llm_tokens_out   bigint         not null default 0 check (llm_tokens_out >= 0),
    tool_calls       bigint         not null default 0 check (tool_calls >= 0),
    requests         bigint         not null default 0 check (requests >= 0),
    rag_queries      bigint         not null default 0 check (rag_queries >= 0),
    rag_ingestion_mb numeric(20, 6) not null default 0 check (rag_ingestion_mb >= 0),
    mcp_calls        bigint         not null default 0 check (mcp_calls >= 0),
    chat_sessions    bigint         not null default 0 check (chat_sessions >= 0),
    widget_sessions  bigint         not null default 0 check (widget_sessions >= 0),
    translations     bigint         not null default 0 check (translations >= 0),
    image_calls      bigint         not null default 0 check (image_calls >= 0),
    audio_minutes    numeric(20, 6) not null default 0 check (audio_minutes >= 0),
    storage_gb_days  numeric(20, 6) not null default 0 check (storage_gb_days >= 0),
    audit_events     bigint         not null default 0 check (audit_events >= 0),
    scheduled_runs   bigint         not null default 0 check (scheduled_runs >= 0),
    credits_micros   bigint         not null default 0 check (credits_micros >= 0),
    updated_at       timestamptz    not null default now(),
    primary key (org_id, instance_id, day),
    foreign key (org_id, instance_id) references instance (org_id, id) on delete cascade
);
