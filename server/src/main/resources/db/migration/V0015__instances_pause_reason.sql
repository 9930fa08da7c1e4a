-- Why CMP itself paused an instance: its owner is told what to do. Null when a person paused it.
alter table instance add column pause_reason text check (length(pause_reason) between 1 and 500);
alter table instance add constraint instance_pause_reason check (pause_reason is null or state = 'paused');
