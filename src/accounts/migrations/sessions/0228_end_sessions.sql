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

revoke all on function core.end_sessions from public;
grant execute on function core.end_sessions to centurion_engine;
