create function es.finish_jobs(company text[], stream text[], job text[]) returns void language plpgsql as $$
begin
  delete from es.job j using (select unnest($1) company, unnest($2) stream, unnest($3) job) d
    where j.company = d.company and j.stream = d.stream and j.job = d.job;
end $$;

revoke all on function es.finish_jobs from public;
