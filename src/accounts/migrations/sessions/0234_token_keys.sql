-- The generations that sign or are still accepted, the signing one first; the first is made when there is none.
create function core.token_keys(at timestamptz) returns table (generation int, accepted_until float8)
  language plpgsql security definer set search_path = core, pg_temp as $$
#variable_conflict use_column
begin
  insert into core.token_key (generation, since)
    select 1, $1 where not exists (select from core.token_key) on conflict do nothing;
  return query
    select k.generation, es.ms(k.accepted_until) from core.token_key k
      where k.accepted_until is null or k.accepted_until > $1 order by k.generation desc;
end $$;

revoke all on function core.token_keys from public;
grant execute on function core.token_keys to centurion_engine;
