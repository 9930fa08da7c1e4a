-- quotas: ceilings of money for providers of models, and what their models cost. Amounts are whole micro-USD.
create table provider_budget (
    key            text        primary key,
    tenant         text        not null,
    project        text        not null,
    bundle_id      text        not null,
    provider       text        not null,
    micro_per_hour  bigint     check (micro_per_hour >= 0),
    micro_per_day   bigint     check (micro_per_day >= 0),
    micro_per_month bigint     check (micro_per_month >= 0),
    notes          text        not null default '',
    created_by     text        not null,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    active         boolean     not null default true,
    version        bigint      not null default 1
);

-- What a budget has spent and holds is the sum over its stripes, so that runs need not wait for one row. The slack of a
-- stripe is what it may hold without asking the others: over all stripes, spent + held + slack is never above a limit.
-- The stripe -1 holds nothing; who locks it may lock all others.
create table budget_stripe (
    budget_key  text        not null references provider_budget (key),
    stripe      smallint    not null,
    slack_micro bigint      not null default 0,
    held_micro  bigint      not null default 0,
    hour        timestamptz not null default 'epoch',
    hour_micro  bigint      not null default 0,
    day         timestamptz not null default 'epoch',
    day_micro   bigint      not null default 0,
    month       timestamptz not null default 'epoch',
    month_micro bigint      not null default 0,
    primary key (budget_key, stripe)
) with (fillfactor = 40);

-- No reference to the budget: each run would lock the one row of its budget.
create table budget_hold (
    run_key     text        not null,
    budget_key  text        not null,
    provider    text        not null,
    state       text        not null default 'open' check (state in ('open', 'committed', 'released', 'expired')),
    held_micro  bigint      not null check (held_micro >= 0),
    spent_micro bigint      check (spent_micro >= 0),
    expires_at  timestamptz not null,
    finished_at timestamptz,
    primary key (run_key, budget_key)
) with (fillfactor = 70);
create index budget_hold_open on budget_hold (budget_key, expires_at) where state = 'open';
create index budget_hold_ended on budget_hold (finished_at) where state <> 'open';

-- Prices are never changed, only followed by another version. A model may end in an asterisk; so may a provider be one.
create table provider_price (
    provider     text        not null check (length(provider) between 1 and 255),
    model        text        not null check (length(model) between 1 and 255),
    version      integer     not null check (version >= 1),
    input_micro  bigint      check (input_micro >= 0),
    output_micro bigint      check (output_micro >= 0),
    cached_micro bigint      check (cached_micro >= 0),
    notes        text        not null default '',
    created_by   text        not null,
    created_at   timestamptz not null default now(),
    primary key (provider, model, version),
    check ((input_micro is null) = (output_micro is null))
);
comment on table provider_price is 'micro-USD for a million tokens; null says that the model has no price any more';

insert into provider_price (provider, model, version, input_micro, output_micro, cached_micro, notes, created_by)
select provider, model, 1, input, output, cached, 'list price, to be kept up to date by the operator', 'cmp'
from (values
    ('openai', 'gpt-5', 1250000, 10000000, 125000),
    ('openai', 'gpt-5-2*', 1250000, 10000000, 125000),
    ('openai', 'gpt-5-mini*', 250000, 2000000, 25000),
    ('openai', 'gpt-5-nano*', 50000, 400000, 5000),
    ('openai', 'gpt-4.1', 2000000, 8000000, 500000),
    ('openai', 'gpt-4.1-2*', 2000000, 8000000, 500000),
    ('openai', 'gpt-4.1-mini*', 400000, 1600000, 100000),
    ('openai', 'gpt-4.1-nano*', 100000, 400000, 25000),
    ('openai', 'gpt-4o', 2500000, 10000000, 1250000),
    ('openai', 'gpt-4o-2*', 2500000, 10000000, 1250000),
    ('openai', 'gpt-4o-mini*', 150000, 600000, 75000),
    ('openai', 'gpt-4-turbo*', 10000000, 30000000, 10000000),
    ('openai', 'gpt-3.5-turbo*', 500000, 1500000, 500000),
    ('openai', 'o3', 2000000, 8000000, 500000),
    ('openai', 'o3-2*', 2000000, 8000000, 500000),
    ('openai', 'o3-mini*', 1100000, 4400000, 550000),
    ('openai', 'o4-mini*', 1100000, 4400000, 275000),
    ('openai', 'text-embedding-3-small', 20000, 0, 20000),
    ('openai', 'text-embedding-3-large', 130000, 0, 130000),
    ('anthropic', 'claude-opus-4*', 15000000, 75000000, 1500000),
    ('anthropic', 'claude-sonnet-4*', 3000000, 15000000, 300000),
    ('anthropic', 'claude-3-7-sonnet*', 3000000, 15000000, 300000),
    ('anthropic', 'claude-3-5-sonnet*', 3000000, 15000000, 300000),
    ('anthropic', 'claude-3-5-haiku*', 800000, 4000000, 80000),
    ('anthropic', 'claude-3-haiku*', 250000, 1250000, 30000),
    ('google', 'gemini-2.5-pro*', 1250000, 10000000, 310000),
    ('google', 'gemini-2.5-flash', 300000, 2500000, 75000),
    ('google', 'gemini-2.5-flash-lite*', 100000, 400000, 25000),
    ('google', 'gemini-2.0-flash*', 100000, 400000, 25000),
    ('mistral', 'mistral-large*', 2000000, 6000000, 2000000),
    ('mistral', 'mistral-small*', 100000, 300000, 100000),
    ('groq', 'llama-3.3-70b*', 590000, 790000, 590000),
    ('groq', 'llama-3.1-8b*', 50000, 80000, 50000),
    ('ollama', '*', 0, 0, 0),
    ('cmp', '*', 0, 0, 0)
) as list (provider, model, input, output, cached);
