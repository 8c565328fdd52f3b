create function es.jobs(company text[], partition int[], due_before float8, most int) returns table (
  company text, partition int, stream text, job text, name text, child text, input bytea,
  key_id text, state text, attempts int,
  first_attempt_at float8, due_at float8, reason text, message bytea, asked_at float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select j.company, j.partition, j.stream, j.job, j.name, j.child, j.input, j.key_id, j.state, j.attempts,
      es.ms(j.first_attempt_at), es.ms(j.due_at), j.reason, j.message, es.ms(j.asked_at)
    from unnest($1, $2) as w(company, partition)
    join es.job j on j.company = w.company and j.partition = w.partition
    where j.state <> 'failed' and j.due_at <= es.at($3)
    order by j.due_at limit $4
$$;

create function es.timers(company text[], partition int[], due_before float8, most int) returns table (
  company text, partition int, stream text, timer text, set_by float8, due_at float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select t.company, t.partition, t.stream, t.timer, t.set_by::float8, es.ms(t.due_at)
    from unnest($1, $2) as w(company, partition)
    join es.timer t on t.company = w.company and t.partition = w.partition
    where t.due_at <= es.at($3)
    order by t.due_at limit $4
$$;

create function es.messages(company text[], partition int[], most int) returns table (
  company text, partition int, stream text, version float8, number int, to_stream text, event bytea,
  key_id text, occurred_at float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select m.company, m.partition, m.stream, m.version::float8, m.number, m.to_stream, m.event, m.key_id, es.ms(m.occurred_at)
    from unnest($1, $2) as w(company, partition)
    join es.message m on m.company = w.company and m.partition = w.partition
    order by m.company, m.partition, m.stream, m.version, m.number limit $3
$$;
