create function es.set_timers(
  company text[], partition int[], stream text[], timer text[], set_by float8[], due_at float8[]
) returns void language sql as $$
  insert into es.timer (company, partition, stream, timer, set_by, due_at)
    select t.company, t.partition, t.stream, t.timer, t.set_by::bigint, es.at(t.due_at)
    from unnest($1, $2, $3, $4, $5, $6) as t(company, partition, stream, timer, set_by, due_at)
    on conflict (company, stream, timer) do update set set_by = excluded.set_by, due_at = excluded.due_at
$$;

create function es.clear_timers(company text[], stream text[], timer text[]) returns void language sql as $$
  delete from es.timer t using unnest($1, $2, $3) as d(company, stream, timer)
    where t.company = d.company and t.stream = d.stream and t.timer = d.timer
$$;
