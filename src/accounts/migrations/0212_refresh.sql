-- Takes a refresh token, once. Whoever comes second, with a token that was used, ends the whole family: at most one of
-- them is the user, and nobody can tell which. The row's lock makes one of many at once the first.
-- Outcomes: rotated, replayed, ended, expired, unknown. Never an error, which would undo the ending.
create function core.use_refresh_token(presented bytea, at timestamptz, address text) returns table (
  outcome text, company text, session_id text, user_id text, session_until float8
) language plpgsql as $$
#variable_conflict use_column
declare
  own text;
  token core.refresh_token;
  family core.session;
begin
  perform set_config('centurion.presented', encode($1, 'hex'), true);
  select t.company into own from core.refresh_token t where t.hash = $1;
  perform set_config('centurion.presented', '', true);
  if own is null then
    return query select 'unknown', '', '', '', null::float8;
    return;
  end if;
  perform set_config('centurion.company', own, true);
  select * into token from core.refresh_token t where t.company = own and t.hash = $1 for update;
  select * into family from core.session s where s.company = own and s.session_id = token.session_id for update;
  return query
    select core.outcome_of_refresh(token, family, $2, $3), own, family.session_id, family.user_id,
      es.ms(family.expires_at);
end $$;

create function core.outcome_of_refresh(token core.refresh_token, family core.session, at timestamptz, address text)
  returns text language plpgsql as $$
begin
  if token.used_at is not null then
    perform core.end_replayed(family, $3, $4);
    return 'replayed';
  end if;
  if family.ended_at is not null then return 'ended'; end if;
  if token.expires_at <= $3 then return 'expired'; end if;
  if not exists (select from core.session_now(family.company, family.session_id, $3)) then return 'ended'; end if;
  update core.refresh_token t set used_at = $3 where t.company = token.company and t.hash = token.hash;
  return 'rotated';
end $$;

create function core.end_replayed(family core.session, at timestamptz, address text) returns void
  language plpgsql as $$
begin
  if family.ended_at is not null then return; end if;
  update core.session s set ended_at = $2, ended_why = 'replayed'
    where s.company = family.company and s.session_id = family.session_id;
  insert into core.audit (company, at, principal, action, target, outcome, reason, address)
    values (family.company, $2, 'person:' || family.user_id, 'session.refresh', 'session:' || family.session_id,
      'refused', 'replayed', $3);
end $$;

-- The token that follows the one that was taken, in the same transaction.
create function core.add_refresh_token(
  company text, session_id text, hash bytea, at timestamptz, refresh_until timestamptz
) returns void language plpgsql as $$
#variable_conflict use_column
begin
  delete from core.refresh_token t where t.company = $1 and t.session_id = $2 and t.expires_at < $4;
  insert into core.refresh_token (company, session_id, hash, made_at, expires_at)
    select $1, $2, $3, $4, least($5, s.expires_at) from core.session s where s.company = $1 and s.session_id = $2;
  update core.session s set seen_at = $4 where s.company = $1 and s.session_id = $2;
end $$;
