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

revoke all on function core.add_refresh_token from public;
grant execute on function core.add_refresh_token to centurion_engine;
