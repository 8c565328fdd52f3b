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

revoke all on function es.add_jobs from public;
