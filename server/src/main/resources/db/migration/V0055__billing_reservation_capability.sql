-- A settlement after the limit of its hold is paid from what is available: also from credit that is limited to what the
-- run was for. What it was for must outlive the hold, until it is closed.
alter table reservation add column capabilities text[];
