-- A run is of an instance that has several capabilities: credit limited to any of them may pay for it. Only those are
-- written down that something in the wallet is limited to, which is nearly always none.
alter table hold add column capabilities text[] check (cardinality(capabilities) > 0);
update hold set capabilities = array[capability] where capability is not null;
alter table hold drop column capability;
