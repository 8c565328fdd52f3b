create function es.add_jobs(
  company text[], partition int[], stream text[], job text[], name text[], child text[], input text[], at float8[]
) returns void language sql as $$
  insert into es.job (company, partition, stream, job, name, child, input, state, due_at, asked_at)
    select j.company, j.partition, j.stream, j.job, j.name, j.child, j.input, 'pending', es.at(j.at), es.at(j.at)
    from unnest($1, $2, $3, $4, $5, $6, $7, $8) as j(company, partition, stream, job, name, child, input, at)
$$;

create function es.change_jobs(
  company text[], stream text[], job text[], state text[], attempts int[], first_attempt_at float8[],
  due_at float8[], reason text[], message text[]
) returns void language sql as $$
  update es.job j
    set state = c.state, attempts = c.attempts, first_attempt_at = es.at(c.first_attempt_at),
      due_at = es.at(c.due_at), reason = c.reason, message = c.message
    from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
      as c(company, stream, job, state, attempts, first_attempt_at, due_at, reason, message)
    where j.company = c.company and j.stream = c.stream and j.job = c.job
$$;

create function es.finish_jobs(company text[], stream text[], job text[]) returns void language sql as $$
  delete from es.job j using unnest($1, $2, $3) as d(company, stream, job)
    where j.company = d.company and j.stream = d.stream and j.job = d.job
$$;
