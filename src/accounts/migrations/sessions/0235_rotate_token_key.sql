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

revoke all on function core.rotate_token_key from public;
grant execute on function core.rotate_token_key to centurion_engine;
