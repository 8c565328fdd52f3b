-- A new family with its first refresh token. Of one user at one company the oldest beyond `most` end, and what ended
-- long ago goes.
create function core.open_session(
  company text, session_id text, user_id text, hash bytea, at timestamptz, refresh_until timestamptz,
  session_until timestamptz, address text, agent text, most int
) returns void language plpgsql as $$
#variable_conflict use_column
begin
  perform set_config('centurion.company', $1, true);
  delete from core.session s
    where s.company = $1 and s.user_id = $3 and least(s.expires_at, s.ended_at) < $5 - interval '30 days';
  update core.session s set ended_at = $5, ended_why = 'tooMany'
    where s.company = $1 and s.session_id in (
      select o.session_id from core.session o
        where o.company = $1 and o.user_id = $3 and o.ended_at is null
        order by o.started_at desc offset $10 - 1);
  insert into core.session (company, session_id, user_id, started_at, seen_at, expires_at, address, agent)
    values ($1, $2, $3, $5, $5, $7, $8, $9);
  insert into core.refresh_token (company, session_id, hash, made_at, expires_at)
    values ($1, $2, $4, $5, least($6, $7));
end $$;

revoke all on function core.open_session from public;
grant execute on function core.open_session to centurion_engine;
