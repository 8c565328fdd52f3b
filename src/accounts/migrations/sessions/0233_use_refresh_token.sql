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

revoke all on function core.use_refresh_token from public;
grant execute on function core.use_refresh_token to centurion_engine;
