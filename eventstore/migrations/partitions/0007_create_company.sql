create function es.create_company(company text, partitions int) returns int
  language plpgsql security definer set search_path = es, pg_temp as $$
begin
  insert into es.company (company, partitions) values ($1, $2) on conflict do nothing;
  insert into es.partition (company, partition)
    select $1, n from es.company c, generate_series(1, c.partitions) n where c.company = $1
    on conflict do nothing;
  return (select c.partitions from es.company c where c.company = $1);
end $$;

revoke all on function es.create_company from public;
grant execute on function es.create_company to centurion_engine;
