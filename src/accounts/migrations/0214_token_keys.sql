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

create function core.rotate_token_key(at timestamptz, accepted_until timestamptz) returns int
  language plpgsql security definer set search_path = core, pg_temp as $$
#variable_conflict use_column
declare
  made int;
begin
  lock table core.token_key in exclusive mode;
  update core.token_key k set accepted_until = least(k.accepted_until, $2);
  insert into core.token_key (generation, since)
    select coalesce(max(k.generation), 0) + 1, $1 from core.token_key k
    returning generation into made;
  return made;
end $$;
