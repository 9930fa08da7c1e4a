-- A run is of an instance that has several capabilities: credit limited to any of them may pay for it, also
-- credit that comes while it goes on.
alter table hold add column capabilities text[] check (cardinality(capabilities) > 0);
update hold set capabilities = array[capability] where capability is not null;
alter table hold drop column capability;
