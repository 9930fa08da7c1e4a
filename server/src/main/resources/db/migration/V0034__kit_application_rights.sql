-- What the program may do on its tables when it works as another role than their owner (ADR 0011): read and write rows,
-- and nothing else. Called after each migration by the owner, so that new tables are covered; calling it again is safe.
--
-- A table whose trigger makes it append-only is also append-only by right. Partitions get no rights of their own: the
-- way to them is their parent, which has its own rights.
create function application_rights(application name) returns void language plpgsql as $$
declare
    found record;
begin
    perform pg_advisory_xact_lock(hashtext('application_rights'));
    for found in
        select c.relname, c.oid::regclass as place, n.nspname, c.relkind,
               exists (select from pg_trigger t
                       where t.tgrelid = c.oid and t.tgfoid = 'billing_is_append_only'::regproc) as append_only
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'S') and not c.relispartition
          and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
          and pg_has_role(c.relowner, 'usage') and c.relowner <> application::regrole
          -- what belongs to an extension is not ours
          and not exists (select from pg_depend d
                          where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    loop
        if not has_schema_privilege(application, found.nspname, 'usage') then
            execute format('grant usage on schema %I to %I', found.nspname, application);
        end if;
        if found.relkind = 'S' then
            execute format('grant usage, select on sequence %s to %I', found.place, application);
        elsif found.relkind in ('v', 'm') or found.relname = 'flyway_schema_history' then
            execute format('grant select on %s to %I', found.place, application);
        elsif found.append_only then
            execute format('revoke update, delete, truncate on %s from %I', found.place, application);
            execute format('grant select, insert on %s to %I', found.place, application);
        elsif found.place = 'reservation'::regclass then
            execute format('revoke update, delete, truncate on %s from %I', found.place, application);
            execute format('grant select, insert, update (closed_at, usage, debited_micros, absorbed_micros,
                            balance_micros, entry_id, reason) on %s to %I', found.place, application);
        else
            execute format('grant select, insert, update, delete on %s to %I', found.place, application);
        end if;
    end loop;
    execute format('grant execute on function billing_make_partitions(integer), billing_oldest_writer() to %I',
                   application);
end $$;

-- They work with the rights of the owner: for the program, and for nobody else who may be on this server.
revoke execute on function application_rights(name), billing_make_partitions(integer), billing_oldest_writer()
    from public;
