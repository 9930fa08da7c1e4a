account.id uuid not null
account.email text not null
account.name text not null
account.password_hash text not null
account.realm_roles ARRAY not null default '{}'::text[]
account.created_at timestamp with time zone not null default now()
account.updated_at timestamp with time zone not null default now()
allowance.org_id uuid not null
allowance.id uuid not null
allowance.kind text not null
allowance.priority integer not null
allowance.amount_micros bigint not null
allowance.capability text
allowance.recurs text not null
allowance.starts_at timestamp with time zone not null
allowance.next_period integer not null default 0
allowance.next_at timestamp with time zone
allowance.ends_at timestamp with time zone
allowance.expires_at timestamp with time zone
allowance.rollover_min_micros bigint not null default 0
allowance.rollover_max_micros bigint not null default 0
allowance.reference text not null
allowance.created_at timestamp with time zone not null
allowance.updated_at timestamp with time zone not null
api_key.org_id uuid not null
api_key.id uuid not null
api_key.instance_id uuid not null
api_key.project_id uuid not null
api_key.name text not null
api_key.format text not null
api_key.key_hash text not null
api_key.key_prefix text not null
api_key.key_last4 text not null
api_key.scopes ARRAY not null
api_key.created_by text not null
api_key.last_used_at timestamp with time zone
api_key.expires_at timestamp with time zone not null
api_key.revoked_at timestamp with time zone
api_key.created_at timestamp with time zone not null default now()
api_key.updated_at timestamp with time zone not null default now()
billing_cycle.org_id uuid not null
billing_cycle.instance_id uuid not null
billing_cycle.plan_id uuid not null
billing_cycle.anchor_at timestamp with time zone not null
billing_cycle.step_months integer not null
billing_cycle.number integer not null default 1
billing_cycle.starts_at timestamp with time zone not null
billing_cycle.ends_at timestamp with time zone not null
billing_cycle.price_micros bigint not null
billing_cycle.included_micros bigint not null
billing_cycle.state text not null
billing_cycle.updated_at timestamp with time zone not null default now()
billing_event.id uuid not null
billing_event.org_id uuid not null
billing_event.type text not null
billing_event.body jsonb not null
billing_event.created_at timestamp with time zone not null
billing_event.told_at timestamp with time zone
budget_hold.run_key text not null
budget_hold.budget_key text not null
budget_hold.provider text not null
budget_hold.state text not null default 'open'::text
budget_hold.held_micro bigint not null
budget_hold.spent_micro bigint
budget_hold.expires_at timestamp with time zone not null
budget_hold.finished_at timestamp with time zone
budget_stripe.budget_key text not null
budget_stripe.stripe smallint not null
budget_stripe.slack_micro bigint not null default 0
budget_stripe.held_micro bigint not null default 0
budget_stripe.hour timestamp with time zone not null default '1970-01-01 00:00:00+00'::timestamp with time zone
budget_stripe.hour_micro bigint not null default 0
budget_stripe.day timestamp with time zone not null default '1970-01-01 00:00:00+00'::timestamp with time zone
budget_stripe.day_micro bigint not null default 0
budget_stripe.month timestamp with time zone not null default '1970-01-01 00:00:00+00'::timestamp with time zone
budget_stripe.month_micro bigint not null default 0
category.id uuid not null
category.kind text not null
category.slug text not null
category.name text not null
category.icon text not null
category.color text not null
category.purpose text not null default ''::text
category.position integer not null
category.created_at timestamp with time zone not null default now()
category.updated_at timestamp with time zone not null default now()
chat_message.org_id uuid not null
chat_message.instance_id uuid not null
chat_message.session_id text not null
chat_message.seq bigint not null
chat_message.sender text not null
chat_message.sender_name text not null
chat_message.text text not null
chat_message.created_at timestamp with time zone not null default now()
credit_grant.org_id uuid not null
credit_grant.id uuid not null
credit_grant.kind text not null
credit_grant.priority integer not null
credit_grant.amount_micros bigint not null
credit_grant.remaining_micros bigint not null
credit_grant.held_micros bigint not null default 0
credit_grant.effective_at timestamp with time zone not null
credit_grant.expires_at timestamp with time zone
credit_grant.reference text not null
credit_grant.movement_id uuid not null
credit_grant.created_at timestamp with time zone not null
credit_grant.updated_at timestamp with time zone not null
credit_grant.open boolean not null default true
credit_grant.voided_at timestamp with time zone
credit_grant.capability text
credit_grant.allowance_id uuid
credit_grant.period integer
credit_grant.carried boolean not null default false
demo_seed.only_row boolean not null default true
demo_seed.holder uuid
demo_seed.held_until timestamp with time zone
demo_seed.logins_sha256 text
demo_seed.instance_id uuid
demo_seed.done_at timestamp with time zone
demo_seed.created_at timestamp with time zone not null default now()
demo_seed.updated_at timestamp with time zone not null default now()
free_allowance.org_id uuid not null
free_allowance.plan_id uuid not null
free_allowance.until timestamp with time zone not null
hold.org_id uuid not null
hold.id uuid not null
hold.instance_id uuid not null
hold.run_id uuid
hold.amount_micros bigint not null
hold.rate_card jsonb
hold.expires_at timestamp with time zone not null
hold.created_at timestamp with time zone not null
hold.grants ARRAY not null
hold.grant_micros ARRAY not null
hold.capability text
hold.capabilities ARRAY
idempotency_record.scope text not null
idempotency_record.operation text not null
idempotency_record.key text not null
idempotency_record.request_hash text not null
idempotency_record.http_status integer
idempotency_record.response text
idempotency_record.first_seen_at timestamp with time zone not null default now()
idempotency_record.last_seen_at timestamp with time zone not null default now()
idempotency_record.expires_at timestamp with time zone
identity_link.subject text not null
identity_link.email text
identity_link.email_verified boolean not null default false
identity_link.name text not null
identity_link.disabled boolean not null default false
identity_link.created_at timestamp with time zone not null default now()
identity_link.updated_at timestamp with time zone not null default now()
instance.id uuid not null
instance.org_id uuid not null
instance.project_id uuid not null
instance.offering_id uuid not null
instance.offering_version_id uuid not null
instance.plan_id uuid not null
instance.name text not null
instance.state text not null
instance.overrides jsonb not null default '{}'::jsonb
instance.effective_config jsonb not null
instance.config_version integer not null default 1
instance.inactive_overrides jsonb not null default '[]'::jsonb
instance.trial boolean not null default false
instance.runtime_endpoint text
instance.provisioning_error text
instance.checkout_url text
instance.idempotency_key text
instance.created_by text not null
instance.created_at timestamp with time zone not null default now()
instance.updated_at timestamp with time zone not null default now()
instance.terminated_at timestamp with time zone
instance.pause_reason text
instance_quota.org_id uuid not null
instance_quota.instance_id uuid not null
instance_quota.minute timestamp with time zone not null default '1970-01-01 00:00:00+00'::timestamp with time zone
instance_quota.in_minute integer not null default 0
instance_quota.month timestamp with time zone not null default '1970-01-01 00:00:00+00'::timestamp with time zone
instance_quota.in_month integer not null default 0
knowledge_base.id uuid not null
knowledge_base.org_id uuid not null
knowledge_base.offering_id uuid
knowledge_base.instance_id uuid
knowledge_base.name text not null
knowledge_base.revision bigint not null default 0
knowledge_base.created_at timestamp with time zone not null default now()
knowledge_base.updated_at timestamp with time zone not null default now()
knowledge_chunk.org_id uuid not null
knowledge_chunk.base_id uuid not null
knowledge_chunk.document_id uuid not null
knowledge_chunk.position integer not null
knowledge_chunk.heading text not null
knowledge_chunk.text text not null
knowledge_chunk.page integer
knowledge_chunk.from_char integer not null default 0
knowledge_chunk.to_char integer not null default 0
knowledge_chunk.vector bytea
knowledge_document.id uuid not null
knowledge_document.org_id uuid not null
knowledge_document.base_id uuid not null
knowledge_document.title text not null
knowledge_document.sha256 text not null
knowledge_document.characters integer not null
knowledge_document.created_at timestamp with time zone not null default now()
knowledge_document.kind text not null default 'document'::text
knowledge_document.filename text
knowledge_document.content_type text not null default 'text/markdown'::text
knowledge_document.size_bytes bigint not null default 0
knowledge_document.status text not null default 'READY'::text
knowledge_document.progress smallint not null default 100
knowledge_document.reason_code text
knowledge_document.reason text
knowledge_document.pages integer
knowledge_document.attempts integer not null default 0
knowledge_document.attempts_left integer not null default 4
knowledge_document.due_at timestamp with time zone
knowledge_document.updated_at timestamp with time zone not null default now()
knowledge_document.ready_at timestamp with time zone
knowledge_original.org_id uuid not null
knowledge_original.base_id uuid not null
knowledge_original.document_id uuid not null
knowledge_original.piece integer not null
knowledge_original.bytes bytea not null
ledger_verification.id uuid not null
ledger_verification.org_id uuid
ledger_verification.status text not null default 'running'::text
ledger_verification.started_at timestamp with time zone not null default clock_timestamp()
ledger_verification.seen_at timestamp with time zone not null default clock_timestamp()
ledger_verification.finished_at timestamp with time zone
ledger_verification.wallets bigint not null default 0
ledger_verification.entries bigint not null default 0
ledger_verification.sealed bigint not null default 0
ledger_verification.broken bigint not null default 0
ledger_verification.fingerprint text
ledger_verification.findings jsonb not null default '[]'::jsonb
ledger_verification.reason text
login_failure.who text not null
login_failure.failures integer not null
login_failure.window_end timestamp with time zone not null
membership.org_id uuid not null
membership.id uuid not null
membership.user_id text
membership.email text
membership.role text not null default 'member'::text
membership.created_at timestamp with time zone not null default now()
membership.updated_at timestamp with time zone not null default now()
notice_revision.topic text not null
notice_revision.revision bigint not null default 1
oauth_client.client_id text not null
oauth_client.secret_hash text not null
oauth_client.realm_roles ARRAY not null default '{}'::text[]
oauth_client.created_at timestamp with time zone not null default now()
oauth_client.updated_at timestamp with time zone not null default now()
offering.id uuid not null
offering.provider_org_id uuid not null
offering.name text not null
offering.slug text not null
offering.category text not null
offering.description text not null default ''::text
offering.value_streams ARRAY not null default '{}'::text[]
offering.example_questions ARRAY not null default '{}'::text[]
offering.status text not null default 'draft'::text
offering.saleor_product_id text
offering.thumbnail_url text
offering.approval text
offering.approval_reason text
offering.approval_asked_at timestamp with time zone
offering.approval_decided_at timestamp with time zone
offering.approval_decided_by text
offering.review_count integer not null default 0
offering.review_stars bigint not null default 0
offering.published_at timestamp with time zone
offering.search tsvector
offering.created_at timestamp with time zone not null default now()
offering.updated_at timestamp with time zone not null default now()
offering_version.id uuid not null
offering_version.offering_id uuid not null
offering_version.version_label text not null
offering_version.artifact_s3_key text not null
offering_version.artifact_sha256 text not null
offering_version.artifact_bytes bigint not null
offering_version.capabilities ARRAY not null default '{}'::text[]
offering_version.defaults jsonb not null default '{}'::jsonb
offering_version.config_schema jsonb
offering_version.status text not null default 'draft'::text
offering_version.valid boolean not null
offering_version.runtime text not null
offering_version.findings jsonb not null default '[]'::jsonb
offering_version.created_at timestamp with time zone not null default now()
offering_version.updated_at timestamp with time zone not null default now()
organization.id uuid not null
organization.name text not null
organization.slug text not null
organization.owner_id text not null
organization.is_provider boolean not null default false
organization.status text not null default 'active'::text
organization.closed_at timestamp with time zone
organization.created_at timestamp with time zone not null default now()
organization.updated_at timestamp with time zone not null default now()
plan.id uuid not null
plan.offering_id uuid not null
plan.name text not null
plan.slug text not null
plan.description text not null default ''::text
plan.billing_period text not null
plan.price_credits_micros bigint not null default 0
plan.price_cents bigint not null default 0
plan.currency text not null default 'usd'::text
plan.included_credits_micros bigint not null default 0
plan.monthly_quota bigint
plan.defaults jsonb not null default '{}'::jsonb
plan.limits jsonb not null default '{}'::jsonb
plan.rate_card jsonb
plan.is_default boolean not null default false
plan.is_trial boolean not null default false
plan.saleor_variant_id text
plan.created_at timestamp with time zone not null default now()
plan.updated_at timestamp with time zone not null default now()
project.org_id uuid not null
project.id uuid not null
project.name text not null
project.slug text not null
project.description text
project.is_default boolean not null default false
project.created_at timestamp with time zone not null default now()
project.updated_at timestamp with time zone not null default now()
provider_budget.key text not null
provider_budget.tenant text not null
provider_budget.project text not null
provider_budget.bundle_id text not null
provider_budget.provider text not null
provider_budget.micro_per_hour bigint
provider_budget.micro_per_day bigint
provider_budget.micro_per_month bigint
provider_budget.notes text not null default ''::text
provider_budget.created_by text not null
provider_budget.created_at timestamp with time zone not null default now()
provider_budget.updated_at timestamp with time zone not null default now()
provider_budget.active boolean not null default true
provider_budget.version bigint not null default 1
provider_price.provider text not null
provider_price.model text not null
provider_price.version integer not null
provider_price.input_micro bigint
provider_price.output_micro bigint
provider_price.cached_micro bigint
provider_price.notes text not null default ''::text
provider_price.created_by text not null
provider_price.created_at timestamp with time zone not null default now()
quota_admission.lock_key text not null
quota_admission.counter_key text not null
quota_admission.tenant text not null
quota_admission.project text not null
quota_admission.user_id text not null
quota_admission.bundle_id text not null
quota_admission.lock_id text not null
quota_admission.state text not null default 'open'::text
quota_admission.held_tokens bigint not null
quota_admission.tokens bigint
quota_admission.expires_at timestamp with time zone not null
quota_admission.finished_at timestamp with time zone
quota_counter.counter_key text not null
quota_counter.tenant text not null
quota_counter.project text not null
quota_counter.user_id text not null
quota_counter.bundle_id text not null
quota_counter.hour timestamp with time zone not null default '1970-01-01 00:00:00+00'::timestamp with time zone
quota_counter.hour_tokens bigint not null default 0
quota_counter.day timestamp with time zone not null default '1970-01-01 00:00:00+00'::timestamp with time zone
quota_counter.day_requests bigint not null default 0
quota_counter.day_tokens bigint not null default 0
quota_counter.month timestamp with time zone not null default '1970-01-01 00:00:00+00'::timestamp with time zone
quota_counter.month_requests bigint not null default 0
quota_counter.month_tokens bigint not null default 0
quota_counter.total_requests bigint not null default 0
quota_counter.total_tokens bigint not null default 0
quota_grant.id uuid not null
quota_grant.owner_key text not null
quota_grant.tenant text not null
quota_grant.project text not null
quota_grant.user_id text not null
quota_grant.bundle_id text not null
quota_grant.additional_max_concurrent integer
quota_grant.additional_requests_per_day integer
quota_grant.additional_requests_per_month integer
quota_grant.additional_total_requests integer
quota_grant.additional_tokens_per_hour bigint
quota_grant.additional_tokens_per_day bigint
quota_grant.additional_tokens_per_month bigint
quota_grant.expires_at timestamp with time zone
quota_grant.purchase_id text
quota_grant.purchase_key text
quota_grant.purchase_micro_usd bigint
quota_grant.purchase_notes text not null default ''::text
quota_grant.source text not null
quota_grant.created_by text not null
quota_grant.created_at timestamp with time zone not null default now()
quota_grant.updated_at timestamp with time zone not null default now()
quota_grant.active boolean not null default true
quota_grant.version bigint not null default 1
quota_policy.key text not null
quota_policy.tenant text not null
quota_policy.project text not null
quota_policy.user_type text not null
quota_policy.bundle_id text not null
quota_policy.max_concurrent integer
quota_policy.requests_per_day integer
quota_policy.requests_per_month integer
quota_policy.total_requests integer
quota_policy.tokens_per_hour bigint
quota_policy.tokens_per_day bigint
quota_policy.tokens_per_month bigint
quota_policy.strict_tokens boolean not null default false
quota_policy.scope text not null default 'bundle'::text
quota_policy.notes text not null default ''::text
quota_policy.created_by text not null
quota_policy.created_at timestamp with time zone not null default now()
quota_policy.updated_at timestamp with time zone not null default now()
quota_policy.active boolean not null default true
quota_policy.version bigint not null default 1
quota_slot.org_id uuid not null
quota_slot.instance_id uuid not null
quota_slot.run_id uuid not null
quota_slot.expires_at timestamp with time zone not null
quota_user_type.user_id text not null
quota_user_type.user_type text not null
quota_user_type.created_by text not null
quota_user_type.updated_at timestamp with time zone not null default now()
refund.org_id uuid not null
refund.entry_id uuid not null
refund.id uuid not null
refund.amount_micros bigint not null
refund.reason text not null
refund.created_at timestamp with time zone not null
reservation.org_id uuid not null
reservation.id uuid not null
reservation.instance_id uuid not null
reservation.run_id uuid
reservation.amount_micros bigint not null
reservation.status text not null
reservation.rate_card jsonb
reservation.expires_at timestamp with time zone not null
reservation.created_at timestamp with time zone not null
reservation.ended_at timestamp with time zone not null
reservation.closed_at timestamp with time zone
reservation.usage jsonb
reservation.debited_micros bigint
reservation.absorbed_micros bigint
reservation.balance_micros bigint
reservation.entry_id uuid
reservation.reason text
reservation.capabilities ARRAY
review.id uuid not null
review.offering_id uuid not null
review.org_id uuid not null
review.author text not null
review.stars integer not null
review.text text not null default ''::text
review.created_at timestamp with time zone not null default now()
review.updated_at timestamp with time zone not null default now()
run.org_id uuid not null
run.id uuid not null
run.instance_id uuid not null
run.version_id uuid not null
run.api_key_id uuid
run.user_id text
run.status text not null default 'running'::text
run.reservation_id uuid not null
run.key_operation text
run.key text
run.usage jsonb
run.token_source text
run.debited_micros bigint
run.absorbed_micros bigint
run.balance_micros bigint
run.failure_code text
run.failure_message text
run.failure_node text
run.trace jsonb not null default '[]'::jsonb
run.trace_id text not null
run.lease_until timestamp with time zone not null
run.started_at timestamp with time zone not null
run.finished_at timestamp with time zone
saved_flow.id uuid not null
saved_flow.org_id uuid not null
saved_flow.offering_id uuid
saved_flow.name text not null
saved_flow.content bytea not null
saved_flow.sha256 text not null
saved_flow.valid boolean not null
saved_flow.runtime text not null
saved_flow.created_at timestamp with time zone not null default now()
saved_flow.updated_at timestamp with time zone not null default now()
scheduled_tasks.task_name text not null
scheduled_tasks.task_instance text not null
scheduled_tasks.task_data bytea
scheduled_tasks.execution_time timestamp with time zone not null
scheduled_tasks.picked boolean not null
scheduled_tasks.picked_by text
scheduled_tasks.last_success timestamp with time zone
scheduled_tasks.last_failure timestamp with time zone
scheduled_tasks.consecutive_failures integer
scheduled_tasks.last_heartbeat timestamp with time zone
scheduled_tasks.version bigint not null
scheduled_tasks.priority smallint
signing_key.kid text not null
signing_key.public_jwk text not null
signing_key.sealed_private bytea not null
signing_key.signs_from timestamp with time zone not null
signing_key.retired_at timestamp with time zone
signing_key.created_at timestamp with time zone not null default now()
team.org_id uuid not null
team.id uuid not null
team.name text not null
team.slug text not null
team.description text
team.created_at timestamp with time zone not null default now()
team.updated_at timestamp with time zone not null default now()
team_member.org_id uuid not null
team_member.team_id uuid not null
team_member.membership_id uuid not null
top_up_charge.org_id uuid not null
top_up_charge.id uuid not null
top_up_charge.amount_micros bigint not null
top_up_charge.state text not null
top_up_charge.reason text
top_up_charge.entry_id uuid
top_up_charge.requested_at timestamp with time zone not null
top_up_charge.ended_at timestamp with time zone
top_up_rule.org_id uuid not null
top_up_rule.threshold_micros bigint not null
top_up_rule.amount_micros bigint
top_up_rule.target_micros bigint
top_up_rule.max_per_day integer not null
top_up_rule.paused boolean not null
top_up_rule.wait_until timestamp with time zone
top_up_rule.declines integer not null default 0
top_up_rule.look_at timestamp with time zone
top_up_rule.version bigint not null default 1
top_up_rule.updated_at timestamp with time zone not null
transfer.org_id uuid not null
transfer.seq bigint not null
transfer.created_at timestamp with time zone not null
transfer.id uuid not null
transfer.movement_id uuid not null
transfer.source text not null
transfer.target text not null
transfer.amount_micros bigint not null
transfer.balance_micros bigint not null
transfer.type text not null
transfer.reference text not null
transfer.instance_id uuid
transfer.run_id uuid
transfer.reason text
transfer.metadata jsonb
transfer.grants ARRAY not null
transfer.grant_micros ARRAY not null
trial.owner text not null
trial.org_id uuid not null
trial.created_at timestamp with time zone not null default now()
usage_record.org_id uuid not null
usage_record.instance_id uuid not null
usage_record.day date not null
usage_record.api_calls bigint not null default 0
usage_record.llm_tokens_in bigint not null default 0
usage_record.llm_tokens_out bigint not null default 0
usage_record.tool_calls bigint not null default 0
usage_record.requests bigint not null default 0
usage_record.rag_queries bigint not null default 0
usage_record.rag_ingestion_mb numeric not null default 0
usage_record.mcp_calls bigint not null default 0
usage_record.chat_sessions bigint not null default 0
usage_record.widget_sessions bigint not null default 0
usage_record.translations bigint not null default 0
usage_record.image_calls bigint not null default 0
usage_record.audio_minutes numeric not null default 0
usage_record.storage_gb_days numeric not null default 0
usage_record.audit_events bigint not null default 0
usage_record.scheduled_runs bigint not null default 0
usage_record.credits_micros bigint not null default 0
usage_record.updated_at timestamp with time zone not null default now()
wallet.org_id uuid not null
wallet.id uuid not null
wallet.posted_micros bigint not null default 0
wallet.held_micros bigint not null default 0
wallet.open_holds integer not null default 0
wallet.floor_micros bigint not null default 0
wallet.low_balance_threshold_micros bigint
wallet.last_seq bigint not null default 0
wallet.last_entry_at timestamp with time zone
wallet.created_at timestamp with time zone not null default now()
wallet.updated_at timestamp with time zone not null default now()
wallet.due_at timestamp with time zone
wallet.top_up_threshold_micros bigint
wallet.alerted_at timestamp with time zone
wallet_seal.org_id uuid not null
wallet_seal.from_seq bigint not null
wallet_seal.to_seq bigint not null
wallet_seal.version smallint not null
wallet_seal.digests bytea not null
wallet_seal.last_hash bytea not null
wallet_seal.sealed_at timestamp with time zone not null default clock_timestamp()

CREATE INDEX allowance_next ON public.allowance USING btree (org_id, next_at) WHERE (next_at IS NOT NULL)
CREATE INDEX api_key_of_instance ON public.api_key USING btree (org_id, instance_id, id DESC)
CREATE INDEX billing_cycle_due ON public.billing_cycle USING btree (ends_at, instance_id) WHERE (state = 'renewing'::text)
CREATE INDEX billing_cycle_of_plan ON public.billing_cycle USING btree (plan_id)
CREATE INDEX billing_event_untold ON public.billing_event USING btree (id) WHERE (told_at IS NULL)
CREATE INDEX budget_hold_ended ON public.budget_hold USING btree (finished_at) WHERE (state <> 'open'::text)
CREATE INDEX budget_hold_open ON public.budget_hold USING btree (budget_key, expires_at) WHERE (state = 'open'::text)
CREATE INDEX chat_message_age ON public.chat_message USING btree (created_at)
CREATE INDEX credit_grant_limited ON public.credit_grant USING btree (org_id) WHERE (open AND (capability IS NOT NULL))
CREATE INDEX credit_grant_open ON public.credit_grant USING btree (org_id) WHERE open
CREATE INDEX idempotency_record_expiry ON public.idempotency_record USING btree (expires_at) WHERE (expires_at IS NOT NULL)
CREATE INDEX identity_link_email ON public.identity_link USING btree (email) WHERE email_verified
CREATE INDEX instance_of_offering ON public.instance USING btree (offering_id, state)
CREATE INDEX instance_of_org ON public.instance USING btree (org_id, created_at DESC)
CREATE INDEX instance_of_plan ON public.instance USING btree (plan_id)
CREATE INDEX instance_of_version ON public.instance USING btree (offering_version_id)
CREATE INDEX instance_provisioning ON public.instance USING btree (updated_at) WHERE (state = 'provisioning'::text)
CREATE INDEX knowledge_base_of_instance ON public.knowledge_base USING btree (org_id, instance_id) WHERE (instance_id IS NOT NULL)
CREATE INDEX knowledge_base_of_offering ON public.knowledge_base USING btree (offering_id) WHERE (offering_id IS NOT NULL)
CREATE INDEX knowledge_chunk_unembedded ON public.knowledge_chunk USING btree (base_id) WHERE (vector IS NULL)
CREATE INDEX knowledge_document_due ON public.knowledge_document USING btree (due_at) WHERE (due_at IS NOT NULL)
CREATE INDEX knowledge_document_newest ON public.knowledge_document USING btree (org_id, base_id, id DESC)
CREATE INDEX ledger_verification_started ON public.ledger_verification USING btree (started_at DESC)
CREATE INDEX login_failure_end ON public.login_failure USING btree (window_end)
CREATE INDEX membership_user ON public.membership USING btree (user_id, org_id)
CREATE INDEX offering_awaiting ON public.offering USING btree (approval_asked_at) WHERE (approval = 'awaiting'::text)
CREATE INDEX offering_listed ON public.offering USING btree (category, published_at DESC) WHERE (status = 'published'::text)
CREATE INDEX offering_provider ON public.offering USING btree (provider_org_id, created_at DESC)
CREATE INDEX offering_search ON public.offering USING gin (search)
CREATE INDEX offering_value_streams ON public.offering USING gin (value_streams)
CREATE INDEX quota_admission_ended ON public.quota_admission USING btree (finished_at) WHERE (state <> 'open'::text)
CREATE INDEX quota_admission_open ON public.quota_admission USING btree (counter_key, expires_at) INCLUDE (held_tokens) WHERE (state = 'open'::text)
CREATE INDEX quota_counter_user ON public.quota_counter USING btree (user_id)
CREATE INDEX quota_grant_expiry ON public.quota_grant USING btree (expires_at) WHERE (active AND (expires_at IS NOT NULL))
CREATE INDEX quota_grant_owner ON public.quota_grant USING btree (owner_key, id)
CREATE INDEX quota_grant_owners ON public.quota_grant USING btree (owner_key, expires_at) WHERE active
CREATE INDEX quota_slot_expiry ON public.quota_slot USING btree (expires_at)
CREATE INDEX reservation_id ON ONLY public.reservation USING brin (id) WITH (pages_per_range='16', autosummarize='on')
CREATE INDEX review_of_offering ON public.review USING btree (offering_id, created_at DESC)
CREATE INDEX run_going_on ON public.run USING btree (lease_until) WHERE (status = 'running'::text)
CREATE INDEX run_of_instance ON public.run USING btree (org_id, instance_id, started_at DESC)
CREATE INDEX saved_flow_of_offering ON public.saved_flow USING btree (offering_id) WHERE (offering_id IS NOT NULL)
CREATE INDEX saved_flow_of_org ON public.saved_flow USING btree (org_id, id DESC)
CREATE INDEX scheduled_tasks_due ON public.scheduled_tasks USING btree (execution_time)
CREATE INDEX scheduled_tasks_heartbeat ON public.scheduled_tasks USING btree (last_heartbeat)
CREATE INDEX team_member_membership ON public.team_member USING btree (org_id, membership_id)
CREATE INDEX top_up_rule_look ON public.top_up_rule USING btree (look_at) WHERE (look_at IS NOT NULL)
CREATE INDEX transfer_absorbed ON ONLY public.transfer USING btree (created_at) WHERE (source = 'absorbed'::text)
CREATE INDEX transfer_time ON ONLY public.transfer USING brin (created_at) WITH (pages_per_range='16', autosummarize='on')
CREATE INDEX wallet_due ON public.wallet USING btree (due_at) WHERE (due_at IS NOT NULL)
CREATE UNIQUE INDEX account_email_key ON public.account USING btree (email)
CREATE UNIQUE INDEX account_pkey ON public.account USING btree (id)
CREATE UNIQUE INDEX allowance_pkey ON public.allowance USING btree (org_id, id)
CREATE UNIQUE INDEX api_key_key_hash_key ON public.api_key USING btree (key_hash)
CREATE UNIQUE INDEX api_key_pkey ON public.api_key USING btree (org_id, id)
CREATE UNIQUE INDEX billing_cycle_pkey ON public.billing_cycle USING btree (org_id, instance_id)
CREATE UNIQUE INDEX billing_event_pkey ON public.billing_event USING btree (id)
CREATE UNIQUE INDEX budget_hold_pkey ON public.budget_hold USING btree (run_key, budget_key)
CREATE UNIQUE INDEX budget_stripe_pkey ON public.budget_stripe USING btree (budget_key, stripe)
CREATE UNIQUE INDEX category_kind_key ON public.category USING btree (kind)
CREATE UNIQUE INDEX category_pkey ON public.category USING btree (id)
CREATE UNIQUE INDEX category_slug_key ON public.category USING btree (slug)
CREATE UNIQUE INDEX chat_message_pkey ON public.chat_message USING btree (org_id, instance_id, session_id, seq)
CREATE UNIQUE INDEX credit_grant_of_allowance ON public.credit_grant USING btree (org_id, allowance_id, period, carried) WHERE (allowance_id IS NOT NULL)
CREATE UNIQUE INDEX credit_grant_pkey ON public.credit_grant USING btree (org_id, id)
CREATE UNIQUE INDEX demo_seed_pkey ON public.demo_seed USING btree (only_row)
CREATE UNIQUE INDEX free_allowance_pkey ON public.free_allowance USING btree (org_id, plan_id)
CREATE UNIQUE INDEX hold_id ON public.hold USING btree (id)
CREATE UNIQUE INDEX hold_pkey ON public.hold USING btree (org_id, id)
CREATE UNIQUE INDEX idempotency_record_pkey ON public.idempotency_record USING btree (scope, operation, key)
CREATE UNIQUE INDEX identity_link_pkey ON public.identity_link USING btree (subject)
CREATE UNIQUE INDEX instance_one_trial ON public.instance USING btree (org_id, offering_id) WHERE trial
CREATE UNIQUE INDEX instance_org_id_id_key ON public.instance USING btree (org_id, id)
CREATE UNIQUE INDEX instance_org_id_idempotency_key_key ON public.instance USING btree (org_id, idempotency_key)
CREATE UNIQUE INDEX instance_pkey ON public.instance USING btree (id)
CREATE UNIQUE INDEX instance_quota_pkey ON public.instance_quota USING btree (org_id, instance_id)
CREATE UNIQUE INDEX knowledge_base_org_id_id_key ON public.knowledge_base USING btree (org_id, id)
CREATE UNIQUE INDEX knowledge_base_org_id_offering_id_instance_id_name_key ON public.knowledge_base USING btree (org_id, offering_id, instance_id, name) NULLS NOT DISTINCT
CREATE UNIQUE INDEX knowledge_base_pkey ON public.knowledge_base USING btree (id)
CREATE UNIQUE INDEX knowledge_chunk_pkey ON public.knowledge_chunk USING btree (base_id, document_id, "position")
CREATE UNIQUE INDEX knowledge_document_base_id_sha256_key ON public.knowledge_document USING btree (base_id, sha256)
CREATE UNIQUE INDEX knowledge_document_org_id_base_id_id_key ON public.knowledge_document USING btree (org_id, base_id, id)
CREATE UNIQUE INDEX knowledge_document_pkey ON public.knowledge_document USING btree (id)
CREATE UNIQUE INDEX knowledge_original_pkey ON public.knowledge_original USING btree (document_id, piece)
CREATE UNIQUE INDEX ledger_verification_pkey ON public.ledger_verification USING btree (id)
CREATE UNIQUE INDEX ledger_verification_running ON public.ledger_verification USING btree ((1)) WHERE (status = 'running'::text)
CREATE UNIQUE INDEX login_failure_pkey ON public.login_failure USING btree (who)
CREATE UNIQUE INDEX membership_invited ON public.membership USING btree (email, org_id) WHERE (user_id IS NULL)
CREATE UNIQUE INDEX membership_org_id_user_id_key ON public.membership USING btree (org_id, user_id)
CREATE UNIQUE INDEX membership_pkey ON public.membership USING btree (org_id, id)
CREATE UNIQUE INDEX notice_revision_pkey ON public.notice_revision USING btree (topic)
CREATE UNIQUE INDEX oauth_client_pkey ON public.oauth_client USING btree (client_id)
CREATE UNIQUE INDEX offering_pkey ON public.offering USING btree (id)
CREATE UNIQUE INDEX offering_saleor_product_id_key ON public.offering USING btree (saleor_product_id)
CREATE UNIQUE INDEX offering_slug_key ON public.offering USING btree (slug)
CREATE UNIQUE INDEX offering_version_offering_id_id_key ON public.offering_version USING btree (offering_id, id)
CREATE UNIQUE INDEX offering_version_offering_id_version_label_key ON public.offering_version USING btree (offering_id, version_label)
CREATE UNIQUE INDEX offering_version_pkey ON public.offering_version USING btree (id)
CREATE UNIQUE INDEX organization_pkey ON public.organization USING btree (id)
CREATE UNIQUE INDEX organization_slug ON public.organization USING btree (slug) WHERE (closed_at IS NULL)
CREATE UNIQUE INDEX plan_offering_id_id_key ON public.plan USING btree (offering_id, id)
CREATE UNIQUE INDEX plan_offering_id_slug_key ON public.plan USING btree (offering_id, slug)
CREATE UNIQUE INDEX plan_one_default ON public.plan USING btree (offering_id) WHERE is_default
CREATE UNIQUE INDEX plan_one_trial ON public.plan USING btree (offering_id) WHERE is_trial
CREATE UNIQUE INDEX plan_pkey ON public.plan USING btree (id)
CREATE UNIQUE INDEX plan_saleor_variant_id_key ON public.plan USING btree (saleor_variant_id)
CREATE UNIQUE INDEX project_id_key ON public.project USING btree (id)
CREATE UNIQUE INDEX project_one_default ON public.project USING btree (org_id) WHERE is_default
CREATE UNIQUE INDEX project_org_id_slug_key ON public.project USING btree (org_id, slug)
CREATE UNIQUE INDEX project_pkey ON public.project USING btree (org_id, id)
CREATE UNIQUE INDEX provider_budget_pkey ON public.provider_budget USING btree (key)
CREATE UNIQUE INDEX provider_price_pkey ON public.provider_price USING btree (provider, model, version)
CREATE UNIQUE INDEX quota_admission_pkey ON public.quota_admission USING btree (lock_key)
CREATE UNIQUE INDEX quota_counter_pkey ON public.quota_counter USING btree (counter_key)
CREATE UNIQUE INDEX quota_grant_pkey ON public.quota_grant USING btree (id)
CREATE UNIQUE INDEX quota_grant_purchase_key_key ON public.quota_grant USING btree (purchase_key)
CREATE UNIQUE INDEX quota_policy_pkey ON public.quota_policy USING btree (key)
CREATE UNIQUE INDEX quota_slot_pkey ON public.quota_slot USING btree (org_id, instance_id, run_id)
CREATE UNIQUE INDEX quota_user_type_pkey ON public.quota_user_type USING btree (user_id)
CREATE UNIQUE INDEX refund_pkey ON public.refund USING btree (org_id, entry_id, id)
CREATE UNIQUE INDEX reservation_pkey1 ON ONLY public.reservation USING btree (org_id, id)
CREATE UNIQUE INDEX review_offering_id_org_id_key ON public.review USING btree (offering_id, org_id)
CREATE UNIQUE INDEX review_pkey ON public.review USING btree (id)
CREATE UNIQUE INDEX run_id_key ON public.run USING btree (id)
CREATE UNIQUE INDEX run_pkey ON public.run USING btree (org_id, id)
CREATE UNIQUE INDEX saved_flow_pkey ON public.saved_flow USING btree (id)
CREATE UNIQUE INDEX scheduled_tasks_pkey ON public.scheduled_tasks USING btree (task_name, task_instance)
CREATE UNIQUE INDEX signing_key_pkey ON public.signing_key USING btree (kid)
CREATE UNIQUE INDEX team_id_key ON public.team USING btree (id)
CREATE UNIQUE INDEX team_member_pkey ON public.team_member USING btree (org_id, team_id, membership_id)
CREATE UNIQUE INDEX team_org_id_slug_key ON public.team USING btree (org_id, slug)
CREATE UNIQUE INDEX team_pkey ON public.team USING btree (org_id, id)
CREATE UNIQUE INDEX top_up_charge_id_key ON public.top_up_charge USING btree (id)
CREATE UNIQUE INDEX top_up_charge_in_flight ON public.top_up_charge USING btree (org_id) WHERE (state = 'requested'::text)
CREATE UNIQUE INDEX top_up_charge_pkey ON public.top_up_charge USING btree (org_id, id)
CREATE UNIQUE INDEX top_up_rule_pkey ON public.top_up_rule USING btree (org_id)
CREATE UNIQUE INDEX transfer_pkey ON ONLY public.transfer USING btree (org_id, seq, created_at)
CREATE UNIQUE INDEX trial_pkey ON public.trial USING btree (owner)
CREATE UNIQUE INDEX usage_record_pkey ON public.usage_record USING btree (org_id, instance_id, day)
CREATE UNIQUE INDEX wallet_id_key ON public.wallet USING btree (id)
CREATE UNIQUE INDEX wallet_pkey ON public.wallet USING btree (org_id)
CREATE UNIQUE INDEX wallet_seal_pkey ON public.wallet_seal USING btree (org_id, from_seq)
account: CHECK ((((length(email) >= 3) AND (length(email) <= 254)) AND (email = lower(email))))
account: CHECK (((length(name) >= 1) AND (length(name) <= 255)))
account: PRIMARY KEY (id)
account: UNIQUE (email)
allowance: CHECK (((length(capability) >= 1) AND (length(capability) <= 100)))
allowance: CHECK (((length(reference) >= 1) AND (length(reference) <= 500)))
allowance: CHECK (((recurs = 'once'::text) OR (expires_at IS NULL)))
allowance: CHECK ((amount_micros > 0))
allowance: CHECK ((ends_at > starts_at))
allowance: CHECK ((expires_at > starts_at))
allowance: CHECK ((kind = ANY (ARRAY['trial'::text, 'promotional'::text, 'included'::text, 'purchased'::text])))
allowance: CHECK ((next_period >= 0))
allowance: CHECK ((recurs = ANY (ARRAY['once'::text, 'month'::text, 'year'::text])))
allowance: CHECK ((rollover_min_micros <= rollover_max_micros))
allowance: CHECK ((rollover_min_micros >= 0))
allowance: FOREIGN KEY (org_id) REFERENCES wallet(org_id)
allowance: PRIMARY KEY (org_id, id)
api_key: CHECK (((length(name) >= 1) AND (length(name) <= 255)))
api_key: CHECK ((format = ANY (ARRAY['jwt'::text, 'opaque'::text])))
api_key: CHECK ((key_hash ~ '^[0-9a-f]{64}$'::text))
api_key: CHECK ((length(key_last4) = 4))
api_key: CHECK ((length(key_prefix) = 12))
api_key: FOREIGN KEY (org_id, instance_id) REFERENCES instance(org_id, id)
api_key: PRIMARY KEY (org_id, id)
api_key: UNIQUE (key_hash)
billing_cycle: CHECK (((ends_at > starts_at) AND (starts_at >= anchor_at)))
billing_cycle: CHECK ((included_micros >= 0))
billing_cycle: CHECK ((number >= 1))
billing_cycle: CHECK ((price_micros >= 0))
billing_cycle: CHECK ((state = ANY (ARRAY['renewing'::text, 'ended'::text, 'once'::text])))
billing_cycle: CHECK ((step_months = ANY (ARRAY[1, 12])))
billing_cycle: FOREIGN KEY (org_id, instance_id) REFERENCES instance(org_id, id) ON DELETE CASCADE
billing_cycle: FOREIGN KEY (plan_id) REFERENCES plan(id)
billing_cycle: PRIMARY KEY (org_id, instance_id)
billing_event: CHECK (((length(type) >= 1) AND (length(type) <= 100)))
billing_event: CHECK ((jsonb_typeof(body) = 'object'::text))
billing_event: PRIMARY KEY (id)
budget_hold: CHECK ((held_micro >= 0))
budget_hold: CHECK ((spent_micro >= 0))
budget_hold: CHECK ((state = ANY (ARRAY['open'::text, 'committed'::text, 'released'::text, 'expired'::text])))
budget_hold: PRIMARY KEY (run_key, budget_key)
budget_stripe: FOREIGN KEY (budget_key) REFERENCES provider_budget(key)
budget_stripe: PRIMARY KEY (budget_key, stripe)
category: CHECK (((length(name) >= 1) AND (length(name) <= 100)))
category: CHECK ((color ~ '^#[0-9A-Fa-f]{6}$'::text))
category: CHECK ((kind = ANY (ARRAY['agent'::text, 'app'::text, 'assistant'::text, 'automation'::text])))
category: PRIMARY KEY (id)
category: UNIQUE (kind)
category: UNIQUE (slug)
chat_message: CHECK (((length(session_id) >= 1) AND (length(session_id) <= 255)))
chat_message: CHECK ((length(sender_name) <= 255))
chat_message: CHECK ((length(text) <= 100000))
chat_message: CHECK ((sender = ANY (ARRAY['user'::text, 'assistant'::text, 'system'::text])))
chat_message: FOREIGN KEY (org_id, instance_id) REFERENCES instance(org_id, id) ON DELETE CASCADE
chat_message: PRIMARY KEY (org_id, instance_id, session_id, seq)
credit_grant: CHECK (((0 <= held_micros) AND (held_micros <= remaining_micros) AND (remaining_micros <= amount_micros)))
credit_grant: CHECK (((allowance_id IS NULL) = (period IS NULL)))
credit_grant: CHECK (((length(capability) >= 1) AND (length(capability) <= 100)))
credit_grant: CHECK (((length(reference) >= 1) AND (length(reference) <= 500)))
credit_grant: CHECK ((amount_micros > 0))
credit_grant: CHECK ((expires_at > effective_at))
credit_grant: CHECK ((kind = ANY (ARRAY['trial'::text, 'promotional'::text, 'included'::text, 'purchased'::text])))
credit_grant: CHECK ((open OR (remaining_micros = 0)))
credit_grant: CHECK ((period >= 0))
credit_grant: FOREIGN KEY (org_id) REFERENCES wallet(org_id)
credit_grant: PRIMARY KEY (org_id, id)
demo_seed: CHECK (((holder IS NULL) = (held_until IS NULL)))
demo_seed: CHECK ((logins_sha256 ~ '^[0-9a-f]{64}$'::text))
demo_seed: CHECK (only_row)
demo_seed: PRIMARY KEY (only_row)
free_allowance: FOREIGN KEY (org_id) REFERENCES organization(id) ON DELETE CASCADE
free_allowance: FOREIGN KEY (plan_id) REFERENCES plan(id) ON DELETE CASCADE
free_allowance: PRIMARY KEY (org_id, plan_id)
hold: CHECK (((length(capability) >= 1) AND (length(capability) <= 100)))
hold: CHECK ((amount_micros >= 0))
hold: CHECK ((cardinality(grants) = cardinality(grant_micros)))
hold: PRIMARY KEY (org_id, id)
idempotency_record: CHECK (((http_status IS NULL) = (response IS NULL)))
idempotency_record: CHECK (((length(key) >= 1) AND (length(key) <= 255)))
idempotency_record: PRIMARY KEY (scope, operation, key)
identity_link: CHECK (((length(subject) >= 1) AND (length(subject) <= 255)))
identity_link: CHECK ((email = lower(email)))
identity_link: PRIMARY KEY (subject)
instance: CHECK (((length(idempotency_key) >= 1) AND (length(idempotency_key) <= 255)))
instance: CHECK (((length(name) >= 1) AND (length(name) <= 255)))
instance: CHECK (((length(pause_reason) >= 1) AND (length(pause_reason) <= 500)))
instance: CHECK (((pause_reason IS NULL) OR (state = 'paused'::text)))
instance: CHECK (((state = 'terminated'::text) = (terminated_at IS NOT NULL)))
instance: CHECK ((config_version >= 1))
instance: CHECK ((jsonb_typeof(effective_config) = 'object'::text))
instance: CHECK ((jsonb_typeof(inactive_overrides) = 'array'::text))
instance: CHECK ((jsonb_typeof(overrides) = 'object'::text))
instance: CHECK ((state = ANY (ARRAY['requested'::text, 'provisioning'::text, 'active'::text, 'paused'::text, 'terminated'::text])))
instance: FOREIGN KEY (offering_id) REFERENCES offering(id)
instance: FOREIGN KEY (offering_id, offering_version_id) REFERENCES offering_version(offering_id, id)
instance: FOREIGN KEY (offering_id, plan_id) REFERENCES plan(offering_id, id)
instance: FOREIGN KEY (org_id) REFERENCES organization(id)
instance: FOREIGN KEY (org_id, project_id) REFERENCES project(org_id, id)
instance: PRIMARY KEY (id)
instance: UNIQUE (org_id, id)
instance: UNIQUE (org_id, idempotency_key)
instance_quota: CHECK ((in_minute >= 0))
instance_quota: CHECK ((in_month >= 0))
instance_quota: PRIMARY KEY (org_id, instance_id)
knowledge_base: CHECK (((length(name) >= 1) AND (length(name) <= 80)))
knowledge_base: CHECK ((num_nonnulls(offering_id, instance_id) = 1))
knowledge_base: FOREIGN KEY (offering_id) REFERENCES offering(id) ON DELETE CASCADE
knowledge_base: FOREIGN KEY (org_id) REFERENCES organization(id)
knowledge_base: FOREIGN KEY (org_id, instance_id) REFERENCES instance(org_id, id) ON DELETE CASCADE
knowledge_base: PRIMARY KEY (id)
knowledge_base: UNIQUE (org_id, id)
knowledge_base: UNIQUE NULLS NOT DISTINCT (org_id, offering_id, instance_id, name)
knowledge_chunk: CHECK (("position" >= 0))
knowledge_chunk: CHECK (((length(text) >= 1) AND (length(text) <= 1200)))
knowledge_chunk: CHECK ((from_char >= 0))
knowledge_chunk: CHECK ((length(heading) <= 255))
knowledge_chunk: CHECK ((length(vector) = 1536))
knowledge_chunk: CHECK ((page > 0))
knowledge_chunk: CHECK ((to_char >= from_char))
knowledge_chunk: FOREIGN KEY (org_id, base_id, document_id) REFERENCES knowledge_document(org_id, base_id, id) ON DELETE CASCADE
knowledge_chunk: PRIMARY KEY (base_id, document_id, "position")
knowledge_document: CHECK (((characters >= 0) AND (characters <= 5000000)))
knowledge_document: CHECK (((due_at IS NULL) = (status = ANY (ARRAY['READY'::text, 'FAILED'::text]))))
knowledge_document: CHECK (((length(content_type) >= 1) AND (length(content_type) <= 255)))
knowledge_document: CHECK (((length(filename) >= 1) AND (length(filename) <= 255)))
knowledge_document: CHECK (((length(title) >= 1) AND (length(title) <= 255)))
knowledge_document: CHECK (((progress >= 0) AND (progress <= 100)))
knowledge_document: CHECK (((status = ANY (ARRAY['FAILED'::text, 'RETRY_PENDING'::text])) = (reason IS NOT NULL)))
knowledge_document: CHECK ((attempts >= 0))
knowledge_document: CHECK ((attempts_left >= 0))
knowledge_document: CHECK ((kind = ANY (ARRAY['document'::text, 'text'::text, 'qa_pair'::text])))
knowledge_document: CHECK ((length(reason) <= 500))
knowledge_document: CHECK ((pages > 0))
knowledge_document: CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
knowledge_document: CHECK ((size_bytes >= 0))
knowledge_document: CHECK ((status = ANY (ARRAY['PENDING'::text, 'INGESTING'::text, 'READY'::text, 'RETRY_PENDING'::text, 'FAILED'::text])))
knowledge_document: FOREIGN KEY (org_id, base_id) REFERENCES knowledge_base(org_id, id) ON DELETE CASCADE
knowledge_document: PRIMARY KEY (id)
knowledge_document: UNIQUE (base_id, sha256)
knowledge_document: UNIQUE (org_id, base_id, id)
knowledge_original: CHECK (((length(bytes) >= 1) AND (length(bytes) <= 1048576)))
knowledge_original: CHECK ((piece >= 0))
knowledge_original: FOREIGN KEY (org_id, base_id, document_id) REFERENCES knowledge_document(org_id, base_id, id) ON DELETE CASCADE
knowledge_original: PRIMARY KEY (document_id, piece)
ledger_verification: CHECK (((status = 'running'::text) = (finished_at IS NULL)))
ledger_verification: CHECK ((jsonb_typeof(findings) = 'array'::text))
ledger_verification: CHECK ((length(reason) <= 500))
ledger_verification: CHECK ((status = ANY (ARRAY['running'::text, 'passed'::text, 'failed'::text, 'aborted'::text])))
ledger_verification: PRIMARY KEY (id)
login_failure: CHECK ((failures > 0))
login_failure: CHECK ((length(who) = 64))
login_failure: PRIMARY KEY (who)
membership: CHECK ((((length(email) >= 3) AND (length(email) <= 254)) AND (email = lower(email))))
membership: CHECK (((length(user_id) >= 1) AND (length(user_id) <= 255)))
membership: CHECK (((user_id IS NOT NULL) OR (email IS NOT NULL)))
membership: CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'viewer'::text])))
membership: FOREIGN KEY (org_id) REFERENCES organization(id)
membership: PRIMARY KEY (org_id, id)
membership: UNIQUE (org_id, user_id)
notice_revision: CHECK (((length(topic) >= 1) AND (length(topic) <= 63)))
notice_revision: PRIMARY KEY (topic)
oauth_client: CHECK (((length(client_id) >= 1) AND (length(client_id) <= 100)))
oauth_client: CHECK ((length(secret_hash) = 64))
oauth_client: PRIMARY KEY (client_id)
offering: CHECK (((length(name) >= 1) AND (length(name) <= 255)))
offering: CHECK (((length(saleor_product_id) >= 1) AND (length(saleor_product_id) <= 255)))
offering: CHECK (((review_stars >= review_count) AND (review_stars <= (5 * review_count))))
offering: CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 255)))
offering: CHECK ((approval = ANY (ARRAY['awaiting'::text, 'approved'::text, 'rejected'::text])))
offering: CHECK ((length(approval_reason) <= 2000))
offering: CHECK ((length(description) <= 20000))
offering: CHECK ((length(thumbnail_url) <= 2000))
offering: CHECK ((review_count >= 0))
offering: CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'paused'::text, 'eos'::text, 'eol'::text])))
offering: FOREIGN KEY (category) REFERENCES category(kind)
offering: FOREIGN KEY (provider_org_id) REFERENCES organization(id)
offering: PRIMARY KEY (id)
offering: UNIQUE (saleor_product_id)
offering: UNIQUE (slug)
offering_version: CHECK (((length(artifact_s3_key) >= 1) AND (length(artifact_s3_key) <= 500)))
offering_version: CHECK (((length(runtime) >= 1) AND (length(runtime) <= 50)))
offering_version: CHECK (((length(version_label) >= 1) AND (length(version_label) <= 50)))
offering_version: CHECK ((artifact_bytes >= 0))
offering_version: CHECK ((artifact_sha256 ~ '^[0-9a-f]{64}$'::text))
offering_version: CHECK ((jsonb_typeof(config_schema) = 'object'::text))
offering_version: CHECK ((jsonb_typeof(defaults) = 'object'::text))
offering_version: CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'paused'::text, 'deprecated'::text])))
offering_version: FOREIGN KEY (offering_id) REFERENCES offering(id) ON DELETE CASCADE
offering_version: PRIMARY KEY (id)
offering_version: UNIQUE (offering_id, id)
offering_version: UNIQUE (offering_id, version_label)
organization: CHECK (((length(name) >= 1) AND (length(name) <= 255)))
organization: CHECK (((length(owner_id) >= 1) AND (length(owner_id) <= 255)))
organization: CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,253}[a-z0-9])?$'::text))
organization: CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text])))
organization: PRIMARY KEY (id)
plan: CHECK (((included_credits_micros >= 0) AND (included_credits_micros <= '1000000000000000'::bigint)))
plan: CHECK (((length(name) >= 1) AND (length(name) <= 255)))
plan: CHECK (((length(saleor_variant_id) >= 1) AND (length(saleor_variant_id) <= 255)))
plan: CHECK (((monthly_quota >= 1) AND (monthly_quota <= 1000000000)))
plan: CHECK (((price_cents >= 0) AND (price_cents <= 1000000000)))
plan: CHECK (((price_credits_micros >= 0) AND (price_credits_micros <= '1000000000000000'::bigint)))
plan: CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 255)))
plan: CHECK ((billing_period = ANY (ARRAY['monthly'::text, 'yearly'::text, 'one_time'::text, 'usage'::text])))
plan: CHECK ((currency ~ '^[a-z]{3}$'::text))
plan: CHECK ((jsonb_typeof(defaults) = 'object'::text))
plan: CHECK ((jsonb_typeof(limits) = 'object'::text))
plan: CHECK ((jsonb_typeof(rate_card) = 'object'::text))
plan: CHECK ((length(description) <= 5000))
plan: FOREIGN KEY (offering_id) REFERENCES offering(id) ON DELETE CASCADE
plan: PRIMARY KEY (id)
plan: UNIQUE (offering_id, id)
plan: UNIQUE (offering_id, slug)
plan: UNIQUE (saleor_variant_id)
project: CHECK (((length(name) >= 1) AND (length(name) <= 255)))
project: CHECK ((length(description) <= 2000))
project: CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,253}[a-z0-9])?$'::text))
project: FOREIGN KEY (org_id) REFERENCES organization(id)
project: PRIMARY KEY (org_id, id)
project: UNIQUE (id)
project: UNIQUE (org_id, slug)
provider_budget: CHECK ((micro_per_day >= 0))
provider_budget: CHECK ((micro_per_hour >= 0))
provider_budget: CHECK ((micro_per_month >= 0))
provider_budget: PRIMARY KEY (key)
provider_price: CHECK (((input_micro IS NULL) = (output_micro IS NULL)))
provider_price: CHECK (((length(model) >= 1) AND (length(model) <= 255)))
provider_price: CHECK (((length(provider) >= 1) AND (length(provider) <= 255)))
provider_price: CHECK ((cached_micro >= 0))
provider_price: CHECK ((input_micro >= 0))
provider_price: CHECK ((output_micro >= 0))
provider_price: CHECK ((version >= 1))
provider_price: PRIMARY KEY (provider, model, version)
quota_admission: CHECK ((held_tokens >= 0))
quota_admission: CHECK ((state = ANY (ARRAY['open'::text, 'committed'::text, 'released'::text, 'expired'::text])))
quota_admission: CHECK ((tokens >= 0))
quota_admission: PRIMARY KEY (lock_key)
quota_counter: CHECK ((day_requests >= 0))
quota_counter: CHECK ((day_tokens >= 0))
quota_counter: CHECK ((hour_tokens >= 0))
quota_counter: CHECK ((month_requests >= 0))
quota_counter: CHECK ((month_tokens >= 0))
quota_counter: CHECK ((total_requests >= 0))
quota_counter: CHECK ((total_tokens >= 0))
quota_counter: PRIMARY KEY (counter_key)
quota_grant: CHECK ((additional_max_concurrent >= 0))
quota_grant: CHECK ((additional_requests_per_day >= 0))
quota_grant: CHECK ((additional_requests_per_month >= 0))
quota_grant: CHECK ((additional_tokens_per_day >= 0))
quota_grant: CHECK ((additional_tokens_per_hour >= 0))
quota_grant: CHECK ((additional_tokens_per_month >= 0))
quota_grant: CHECK ((additional_total_requests >= 0))
quota_grant: CHECK ((purchase_micro_usd >= 0))
quota_grant: CHECK ((source = ANY (ARRAY['trial'::text, 'manual'::text, 'stripe'::text])))
quota_grant: PRIMARY KEY (id)
quota_grant: UNIQUE (purchase_key)
quota_policy: CHECK ((max_concurrent >= 1))
quota_policy: CHECK ((requests_per_day >= 0))
quota_policy: CHECK ((requests_per_month >= 0))
quota_policy: CHECK ((scope = ANY (ARRAY['bundle'::text, 'project'::text])))
quota_policy: CHECK ((tokens_per_day >= 0))
quota_policy: CHECK ((tokens_per_hour >= 0))
quota_policy: CHECK ((tokens_per_month >= 0))
quota_policy: CHECK ((total_requests >= 0))
quota_policy: PRIMARY KEY (key)
quota_slot: PRIMARY KEY (org_id, instance_id, run_id)
quota_user_type: CHECK (((length(user_id) >= 1) AND (length(user_id) <= 255)))
quota_user_type: PRIMARY KEY (user_id)
refund: CHECK (((length(reason) >= 1) AND (length(reason) <= 500)))
refund: CHECK ((amount_micros > 0))
refund: FOREIGN KEY (org_id) REFERENCES wallet(org_id)
refund: PRIMARY KEY (org_id, entry_id, id)
reservation: CHECK (((closed_at IS NULL) = (absorbed_micros IS NULL)))
reservation: CHECK (((closed_at IS NULL) = (debited_micros IS NULL)))
reservation: CHECK (((status <> 'settled'::text) OR (closed_at IS NOT NULL)))
reservation: CHECK ((absorbed_micros >= 0))
reservation: CHECK ((amount_micros >= 0))
reservation: CHECK ((debited_micros >= 0))
reservation: CHECK ((length(reason) <= 500))
reservation: CHECK ((status = ANY (ARRAY['settled'::text, 'expired'::text, 'cancelled'::text])))
reservation: PRIMARY KEY (org_id, id)
review: CHECK (((stars >= 1) AND (stars <= 5)))
review: CHECK ((length(text) <= 5000))
review: FOREIGN KEY (offering_id) REFERENCES offering(id) ON DELETE CASCADE
review: FOREIGN KEY (org_id) REFERENCES organization(id) ON DELETE CASCADE
review: PRIMARY KEY (id)
review: UNIQUE (offering_id, org_id)
run: CHECK (((key IS NULL) = (key_operation IS NULL)))
run: CHECK (((length(key) >= 1) AND (length(key) <= 255)))
run: CHECK (((length(key_operation) >= 1) AND (length(key_operation) <= 100)))
run: CHECK (((status = 'running'::text) = (finished_at IS NULL)))
run: CHECK ((absorbed_micros >= 0))
run: CHECK ((debited_micros >= 0))
run: CHECK ((jsonb_typeof(trace) = 'array'::text))
run: CHECK ((jsonb_typeof(usage) = 'object'::text))
run: CHECK ((length(failure_code) <= 100))
run: CHECK ((length(failure_message) <= 2000))
run: CHECK ((length(failure_node) <= 500))
run: CHECK ((length(token_source) <= 50))
run: CHECK ((length(trace_id) <= 100))
run: CHECK ((length(user_id) <= 255))
run: CHECK ((status = ANY (ARRAY['running'::text, 'succeeded'::text, 'failed'::text, 'timed_out'::text, 'abandoned'::text])))
run: PRIMARY KEY (org_id, id)
run: UNIQUE (id)
saved_flow: CHECK (((length(content) >= 2) AND (length(content) <= 5242880)))
saved_flow: CHECK (((length(name) >= 1) AND (length(name) <= 255)))
saved_flow: CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
saved_flow: FOREIGN KEY (offering_id) REFERENCES offering(id) ON DELETE SET NULL
saved_flow: FOREIGN KEY (org_id) REFERENCES organization(id) ON DELETE CASCADE
saved_flow: PRIMARY KEY (id)
scheduled_tasks: PRIMARY KEY (task_name, task_instance)
signing_key: PRIMARY KEY (kid)
team: CHECK (((length(name) >= 1) AND (length(name) <= 255)))
team: CHECK ((length(description) <= 2000))
team: CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,253}[a-z0-9])?$'::text))
team: FOREIGN KEY (org_id) REFERENCES organization(id)
team: PRIMARY KEY (org_id, id)
team: UNIQUE (id)
team: UNIQUE (org_id, slug)
team_member: FOREIGN KEY (org_id, membership_id) REFERENCES membership(org_id, id) ON DELETE CASCADE
team_member: FOREIGN KEY (org_id, team_id) REFERENCES team(org_id, id) ON DELETE CASCADE
team_member: PRIMARY KEY (org_id, team_id, membership_id)
top_up_charge: CHECK (((length(reason) >= 1) AND (length(reason) <= 500)))
top_up_charge: CHECK (((state = 'requested'::text) = (ended_at IS NULL)))
top_up_charge: CHECK (((state = 'succeeded'::text) = (entry_id IS NOT NULL)))
top_up_charge: CHECK ((amount_micros > 0))
top_up_charge: CHECK ((state = ANY (ARRAY['requested'::text, 'succeeded'::text, 'declined'::text])))
top_up_charge: FOREIGN KEY (org_id) REFERENCES wallet(org_id)
top_up_charge: PRIMARY KEY (org_id, id)
top_up_charge: UNIQUE (id)
top_up_rule: CHECK (((amount_micros IS NULL) <> (target_micros IS NULL)))
top_up_rule: CHECK (((max_per_day >= 1) AND (max_per_day <= 100)))
top_up_rule: CHECK ((amount_micros > 0))
top_up_rule: CHECK ((declines >= 0))
top_up_rule: CHECK ((target_micros > threshold_micros))
top_up_rule: CHECK ((threshold_micros >= 0))
top_up_rule: FOREIGN KEY (org_id) REFERENCES wallet(org_id)
top_up_rule: PRIMARY KEY (org_id)
transfer: CHECK (((length(reason) >= 1) AND (length(reason) <= 500)))
transfer: CHECK (((length(reference) >= 1) AND (length(reference) <= 500)))
transfer: CHECK ((amount_micros > 0))
transfer: CHECK ((cardinality(grants) = cardinality(grant_micros)))
transfer: CHECK ((jsonb_typeof(metadata) = 'object'::text))
transfer: CHECK ((seq > 0))
transfer: CHECK ((source <> target))
transfer: CHECK ((source = ANY (ARRAY['wallet'::text, 'issued'::text, 'promotional'::text, 'revenue'::text, 'seller_payable'::text, 'absorbed'::text, 'expired'::text])))
transfer: CHECK ((target = ANY (ARRAY['wallet'::text, 'issued'::text, 'promotional'::text, 'revenue'::text, 'seller_payable'::text, 'absorbed'::text, 'expired'::text])))
transfer: CHECK ((type = ANY (ARRAY['topup'::text, 'usage'::text, 'refund'::text, 'trial_grant'::text, 'expiry'::text, 'adjustment'::text, 'dispute'::text, 'absorption'::text])))
transfer: PRIMARY KEY (org_id, seq, created_at)
trial: CHECK (((length(owner) >= 1) AND (length(owner) <= 255)))
trial: FOREIGN KEY (org_id) REFERENCES wallet(org_id)
trial: PRIMARY KEY (owner)
usage_record: CHECK ((api_calls >= 0))
usage_record: CHECK ((audio_minutes >= (0)::numeric))
usage_record: CHECK ((audit_events >= 0))
usage_record: CHECK ((chat_sessions >= 0))
usage_record: CHECK ((credits_micros >= 0))
usage_record: CHECK ((image_calls >= 0))
usage_record: CHECK ((llm_tokens_in >= 0))
usage_record: CHECK ((llm_tokens_out >= 0))
usage_record: CHECK ((mcp_calls >= 0))
usage_record: CHECK ((rag_ingestion_mb >= (0)::numeric))
usage_record: CHECK ((rag_queries >= 0))
usage_record: CHECK ((requests >= 0))
usage_record: CHECK ((scheduled_runs >= 0))
usage_record: CHECK ((storage_gb_days >= (0)::numeric))
usage_record: CHECK ((tool_calls >= 0))
usage_record: CHECK ((translations >= 0))
usage_record: CHECK ((widget_sessions >= 0))
usage_record: PRIMARY KEY (org_id, instance_id, day)
wallet: CHECK (((posted_micros - held_micros) >= floor_micros))
wallet: CHECK ((floor_micros <= 0))
wallet: CHECK ((held_micros >= 0))
wallet: CHECK ((last_seq >= 0))
wallet: CHECK ((low_balance_threshold_micros >= 0))
wallet: CHECK ((open_holds >= 0))
wallet: FOREIGN KEY (org_id) REFERENCES organization(id)
wallet: PRIMARY KEY (org_id)
wallet: UNIQUE (id)
wallet_seal: CHECK ((from_seq > 0))
wallet_seal: CHECK ((last_hash = SUBSTRING(digests FROM (octet_length(digests) - 31))))
wallet_seal: CHECK ((octet_length(digests) = (32 * ((to_seq - from_seq) + 1))))
wallet_seal: CHECK ((octet_length(last_hash) = 32))
wallet_seal: CHECK ((to_seq >= from_seq))
wallet_seal: PRIMARY KEY (org_id, from_seq)
