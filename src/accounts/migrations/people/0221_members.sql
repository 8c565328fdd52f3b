-- Users of one company, by e-mail.
create function core.members(company text, after_email text, most int) returns table (
  user_id text, email text, name text, language text, user_state text, roles text[], state text,
  since float8, logged_in_at float8
) language plpgsql security definer set search_path = core, pg_temp as $$
#variable_conflict use_column
begin
  perform set_config('centurion.company', $1, true);
  return query
    select u.user_id, u.email, u.name, u.language, u.state, m.roles, m.state, es.ms(m.since), es.ms(u.logged_in_at)
      from core.membership m join core.app_user u on u.user_id = m.user_id
      where m.company = $1 and u.email collate "C" > $2 collate "C" order by u.email collate "C" limit $3;
end $$;

revoke all on function core.members from public;
grant execute on function core.members to centurion_engine;
