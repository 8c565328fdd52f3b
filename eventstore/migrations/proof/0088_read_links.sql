-- Links alone, 32 bytes each.
create function es.read_links(company text, partition int, after float8, most int) returns bytea
  language sql stable security definer set search_path = es, pg_temp as $$
  select string_agg(e.link, ''::bytea)
    from (
      select e.position, e.link from es.event e
        where e.company = $1 and e.partition = $2 and e.position > $3::bigint
        order by e.position limit $4
    ) e
$$;

revoke all on function es.read_links from public;
grant execute on function es.read_links to centurion_engine;
