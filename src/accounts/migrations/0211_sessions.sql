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

-- Ends live sessions of a user: at one company or all (null), one of them or all (null), but for one (null: none).
create function core.end_sessions(
  user_id text, only_company text, only_session text, but_session text, why text, at timestamptz
) returns table (company text, session_id text) language plpgsql as $$
#variable_conflict use_column
begin
  perform set_config('centurion.person', $1, true);
  return query
    update core.session s set ended_at = $6, ended_why = $5
      where s.user_id = $1 and s.ended_at is null
        and ($2 is null or s.company = $2)
        and ($3 is null or s.session_id = $3)
        and ($4 is null or s.session_id <> $4)
      returning s.company, s.session_id;
end $$;

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
