-- Whom a session stands for now; no row when it has ended, or its user may not come in any more.
create function core.session_now(company text, session_id text, at timestamptz) returns table (
  user_id text, email text, name text, language text, roles text[]
) language plpgsql security definer set search_path = core, pg_temp as $$
#variable_conflict use_column
begin
  perform set_config('centurion.company', $1, true);
  return query
    select u.user_id, u.email, u.name, u.language, m.roles
      from core.session s
      join core.membership m on m.company = s.company and m.user_id = s.user_id
      join core.app_user u on u.user_id = s.user_id
      where s.company = $1 and s.session_id = $2 and s.ended_at is null and s.expires_at > $3
        and m.state = 'active' and u.state = 'active';
end $$;

revoke all on function core.session_now from public;
grant execute on function core.session_now to centurion_engine;
