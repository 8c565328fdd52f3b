-- What other master keys than this one wrap: keys of persons, and secrets (their name in place of the subject).
create function es.wrapped_otherwise(master_id text, most int)
returns table (kind text, company text, name text, key_id text, wrapped bytea, master_id text, total float8)
  language sql stable security definer set search_path = es, pg_temp as $$
  with others as (
    select 'subject' as kind, s.company, s.subject as name, s.key_id, s.wrapped, s.master_id
      from es.subject s where s.wrapped is not null and s.master_id <> $1
    union all
    select 'secret', s.company, s.name, '', s.wrapped, s.master_id from es.secret s where s.master_id <> $1)
  select o.*, count(*) over ()::float8 from others o order by 1, 2, 3 limit $2
$$;

revoke all on function es.wrapped_otherwise from public;
grant execute on function es.wrapped_otherwise to centurion_engine;
