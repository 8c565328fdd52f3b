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

revoke all on function es.take_subjects from public;
grant execute on function es.take_subjects to centurion_engine;
