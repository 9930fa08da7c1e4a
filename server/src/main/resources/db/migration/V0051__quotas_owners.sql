-- quotas: who has any grant at all is read every few seconds by each node.
create index quota_grant_owners on quota_grant (owner_key, expires_at) where active;
