-- A run is of an instance that has several capabilities: credit limited to any of them may pay for it, also
-- credit that comes while it goes on. The column of one capability stays while nodes of the version before write to it.
alter table hold add column capabilities text[];
update hold set capabilities = array[capability] where capability is not null;
