-- The id that a contact is known by; the offered one if it is new.
create function es.take_contact(company text, blind bytea, subject text) returns text
  language plpgsql security definer set search_path = es, pg_temp as $$
#variable_conflict use_column
begin
  insert into es.contact (company, blind, subject) values ($1, $2, $3) on conflict do nothing;
  return (select c.subject from es.contact c where c.company = $1 and c.blind = $2);
end $$;

revoke all on function es.take_contact from public;
grant execute on function es.take_contact to centurion_engine;
