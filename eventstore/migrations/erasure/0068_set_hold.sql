create function es.set_hold(company text, subject text, by text, reason text) returns void
  language plpgsql security definer set search_path = es, pg_temp as $$
begin
  perform 1 from es.subject s where s.company = $1 and s.subject = $2 and s.erased_at is null for update;
  if not found then
    raise exception 'nobody called % is known at %', $2, $1 using errcode = 'CE010';
  end if;
  insert into es.hold (company, subject, by, reason) values ($1, $2, $3, $4)
    on conflict on constraint hold_pkey do update set by = excluded.by, reason = excluded.reason;
end $$;

revoke all on function es.set_hold from public;
grant execute on function es.set_hold to centurion_engine;
