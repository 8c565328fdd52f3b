create function es.take_secret(company text, name text, offered bytea, offered_master text)
returns table (wrapped bytea, master_id text)
  language plpgsql security definer set search_path = es, pg_temp as $$
#variable_conflict use_column
begin
  insert into es.secret (company, name, wrapped, master_id) values ($1, $2, $3, $4) on conflict do nothing;
  return query select s.wrapped, s.master_id from es.secret s where s.company = $1 and s.name = $2;
end $$;

revoke all on function es.take_secret from public;
grant execute on function es.take_secret to centurion_engine;
