-- Within the commit that appends SubjectErased: all that waits or is cached for these streams goes.
create function es.erase_streams(company text[], stream text[]) returns void language plpgsql as $$
begin
  update es.subject_stream s set erased_at = clock_timestamp()
    from (select unnest($1) company, unnest($2) stream) d
    where s.company = d.company and s.stream = d.stream;
  delete from es.snapshot s using (select unnest($1) company, unnest($2) stream) d
    where s.company = d.company and s.stream = d.stream;
  delete from es.job s using (select unnest($1) company, unnest($2) stream) d
    where s.company = d.company and s.stream = d.stream;
  delete from es.timer s using (select unnest($1) company, unnest($2) stream) d
    where s.company = d.company and s.stream = d.stream;
  delete from es.message s
    using (select unnest($1) company, unnest($2) stream) d, es.company c
    where c.company = d.company and s.company = d.company and s.stream = d.stream
      and s.partition between 1 and c.partitions;
end $$;

revoke all on function es.erase_streams from public;
