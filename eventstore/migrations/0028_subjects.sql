-- Gives the person of each stream, by the stream's own line; makes the line, and the person with the offered key, if
-- they are new. Two processes that ask at once get the same key.
create function es.take_subjects(
  companies text[], subjects text[], streams text[], key_ids text[], wraps bytea[], master_ids text[]
) returns table (company text, stream text, subject text, key_id text, wrapped bytea, master_id text)
  language plpgsql security definer set search_path = es, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  insert into es.subject (company, subject, key_id, wrapped, master_id)
    select unnest($1), unnest($2), unnest($4), unnest($5), unnest($6)
    on conflict do nothing;
  insert into es.subject_stream (company, stream, subject)
    select unnest($1), unnest($3), unnest($2)
    on conflict do nothing;
  return query
    select ss.company, ss.stream, s.subject, s.key_id, s.wrapped, s.master_id
      from unnest($1, $3) as w(company, stream)
      join es.subject_stream ss on ss.company = w.company and ss.stream = w.stream
      join es.subject s on s.company = ss.company and s.subject = ss.subject;
end $$;

create function es.subject_keys(company text[], key_id text[])
returns table (company text, subject text, key_id text, wrapped bytea, master_id text)
  language sql stable security definer set search_path = es, pg_temp as $$
  select s.company, s.subject, s.key_id, s.wrapped, s.master_id
    from unnest($1, $2) as w(company, key_id)
    join es.subject s on s.company = w.company and s.key_id = w.key_id
$$;

-- The id that a contact is known by; the offered one if it is new.
create function es.take_contact(company text, blind bytea, subject text) returns text
  language plpgsql security definer set search_path = es, pg_temp as $$
#variable_conflict use_column
begin
  insert into es.contact (company, blind, subject) values ($1, $2, $3) on conflict do nothing;
  return (select c.subject from es.contact c where c.company = $1 and c.blind = $2);
end $$;

create function es.find_contact(company text, blind bytea) returns text
  language sql stable security definer set search_path = es, pg_temp as $$
  select c.subject from es.contact c where c.company = $1 and c.blind = $2
$$;

create function es.take_secret(company text, name text, offered bytea, offered_master text)
returns table (wrapped bytea, master_id text)
  language plpgsql security definer set search_path = es, pg_temp as $$
#variable_conflict use_column
begin
  insert into es.secret (company, name, wrapped, master_id) values ($1, $2, $3, $4) on conflict do nothing;
  return query select s.wrapped, s.master_id from es.secret s where s.company = $1 and s.name = $2;
end $$;

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

create function es.rewrap(kind text[], company text[], name text[], old bytea[], wrapped bytea[], master_id text)
returns int language plpgsql security definer set search_path = es, pg_temp as $$
#variable_conflict use_column
declare
  subjects int;
  secrets int;
begin
  update es.subject s set wrapped = n.wrapped, master_id = $6
    from unnest($1, $2, $3, $4, $5) as n(kind, company, name, old, wrapped)
    where n.kind = 'subject' and s.company = n.company and s.subject = n.name and s.wrapped = n.old;
  get diagnostics subjects = row_count;
  update es.secret s set wrapped = n.wrapped, master_id = $6
    from unnest($1, $2, $3, $4, $5) as n(kind, company, name, old, wrapped)
    where n.kind = 'secret' and s.company = n.company and s.name = n.name and s.wrapped = n.old;
  get diagnostics secrets = row_count;
  return subjects + secrets;
end $$;

revoke all on function
  es.take_subjects, es.subject_keys, es.take_contact, es.find_contact, es.take_secret, es.wrapped_otherwise, es.rewrap
  from public;
grant execute on function
  es.take_subjects, es.subject_keys, es.take_contact, es.find_contact, es.take_secret, es.wrapped_otherwise, es.rewrap
  to centurion_engine;
