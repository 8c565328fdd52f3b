create function es.clear_timers(company text[], stream text[], timer text[]) returns void language plpgsql as $$
begin
  delete from es.timer t using (select unnest($1) company, unnest($2) stream, unnest($3) timer) d
    where t.company = d.company and t.stream = d.stream and t.timer = d.timer;
end $$;

revoke all on function es.clear_timers from public;
