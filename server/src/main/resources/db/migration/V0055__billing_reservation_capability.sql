-- A settlement after the limit of its hold is paid from what is available: also from credit that is limited to what the
-- run was for. What it was for must outlive the hold.
alter table reservation add column capability text check (length(capability) between 1 and 100);
