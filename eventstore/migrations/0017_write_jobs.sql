create function es.add_jobs(
  company text[], partition int[], stream text[], job text[], name text[], child text[], input bytea[],
  key_id text[], at float8[]
) returns void language plpgsql as $$
begin
  insert into es.job (company, partition, stream, job, name, child, input, key_id, state, due_at, asked_at)
    select j.company, j.partition, j.stream, j.job, j.name, j.child, j.input, j.key_id, 'pending', es.at(j.at),
        es.at(j.at)
    from (select unnest($1) company, unnest($2) partition, unnest($3) stream, unnest($4) job, unnest($5) "name",
        unnest($6) child, unnest($7) "input", unnest($8) key_id, unnest($9) at) j;
end $$;

create function es.change_jobs(
  company text[], stream text[], job text[], state text[], attempts int[], first_attempt_at float8[],
  due_at float8[], reason text[], message bytea[]
) returns void language plpgsql as $$
begin
  update es.job j
    set state = c.state, attempts = c.attempts, first_attempt_at = es.at(c.first_attempt_at),
      due_at = es.at(c.due_at), reason = c.reason, message = c.message
    from (select unnest($1) company, unnest($2) stream, unnest($3) job, unnest($4) state, unnest($5) attempts,
        unnest($6) first_attempt_at, unnest($7) due_at, unnest($8) reason, unnest($9) message) c
    where j.company = c.company and j.stream = c.stream and j.job = c.job;
end $$;

create function es.finish_jobs(company text[], stream text[], job text[]) returns void language plpgsql as $$
begin
  delete from es.job j using (select unnest($1) company, unnest($2) stream, unnest($3) job) d
    where j.company = d.company and j.stream = d.stream and j.job = d.job;
end $$;
