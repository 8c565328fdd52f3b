-- The id of the request: this one, or the one that is under way already. CE010: unknown, CE011: held.
create function es.request_erasure(company text, erasure text, subject text, by text, reason text) returns text
  language plpgsql security definer set search_path = es, pg_temp as $$
#variable_conflict use_column
declare
  held text;
begin
  if not exists (select from es.subject s where s.company = $1 and s.subject = $3) then
    raise exception 'nobody called % is known at %', $3, $1 using errcode = 'CE010';
  end if;
  select h.reason into held from es.hold h where h.company = $1 and h.subject = $3;
  if found then
    raise exception '% of % is under legal hold: %', $3, $1, held using errcode = 'CE011';
  end if;
  insert into es.erasure (company, erasure, subject, by, reason) values ($1, $2, $3, $4, $5)
    on conflict (company, subject) where done_at is null do nothing;
  return (select e.erasure from es.erasure e where e.company = $1 and e.subject = $3 and e.done_at is null);
end $$;

revoke all on function es.request_erasure from public;
grant execute on function es.request_erasure to centurion_engine;
