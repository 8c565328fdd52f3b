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

revoke all on function es.change_jobs from public;
