-- Hot tables have no foreign keys (ADR 0009): each row of a batch would be checked by three statements of the database's
-- own, and lock the rows of its organization, version and instance, which all runs of one share. Whoever adds a run
-- has just read them, and none of the three is ever removed.
alter table run drop constraint run_org_id_fkey;
alter table run drop constraint run_version_id_fkey;
alter table run drop constraint run_org_id_instance_id_fkey;
alter table usage_record drop constraint usage_record_org_id_instance_id_fkey;
alter table instance_quota drop constraint instance_quota_org_id_instance_id_fkey;
alter table quota_slot drop constraint quota_slot_org_id_instance_id_fkey;
