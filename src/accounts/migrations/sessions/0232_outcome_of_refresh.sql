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

revoke all on function core.outcome_of_refresh from public;
grant execute on function core.outcome_of_refresh to centurion_engine;
