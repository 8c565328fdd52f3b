create function es.release(owner text) returns void
  language plpgsql security definer set search_path = es, pg_temp as $$
begin
  update es.partition p set owner = null where p.owner = $1;
  delete from es.owner o where o.owner = $1;
end $$;

revoke all on function es.release from public;
grant execute on function es.release to centurion_engine;
