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

revoke all on function core.end_replayed from public;
grant execute on function core.end_replayed to centurion_engine;
