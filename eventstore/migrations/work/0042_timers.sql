create function es.timers(company text[], partition int[], due_before float8, most int) returns table (
  company text, partition int, stream text, timer text, set_by float8, due_at float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select t.company, t.partition, t.stream, t.timer, t.set_by::float8, es.ms(t.due_at)
    from unnest($1, $2) as w(company, partition)
    join es.timer t on t.company = w.company and t.partition = w.partition
    where t.due_at <= es.at($3)
    order by t.due_at limit $4
$$;

revoke all on function es.timers from public;
grant execute on function es.timers to centurion_engine;
