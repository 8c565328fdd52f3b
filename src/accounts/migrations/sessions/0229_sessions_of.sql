-- Live sessions of a user, at one company or all (null), the newest first.
create function core.sessions_of(user_id text, only_company text, at timestamptz) returns table (
  company text, session_id text, started_at float8, seen_at float8, expires_at float8, address text, agent text
) language plpgsql as $$
#variable_conflict use_column
begin
  perform set_config('centurion.person', $1, true);
  return query
    select s.company, s.session_id, es.ms(s.started_at), es.ms(s.seen_at), es.ms(s.expires_at), s.address, s.agent
      from core.session s
      where s.user_id = $1 and s.ended_at is null and s.expires_at > $3 and ($2 is null or s.company = $2)
      order by s.started_at desc, s.session_id;
end $$;

revoke all on function core.sessions_of from public;
grant execute on function core.sessions_of to centurion_engine;
