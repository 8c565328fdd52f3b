create function es.set_timers(
  company text[], partition int[], stream text[], timer text[], set_by float8[], due_at float8[]
) returns void language plpgsql as $$
begin
  insert into es.timer (company, partition, stream, timer, set_by, due_at)
    select unnest($1), unnest($2), unnest($3), unnest($4), unnest($5)::bigint, es.at(unnest($6))
    on conflict on constraint timer_pkey do update set set_by = excluded.set_by, due_at = excluded.due_at;
end $$;

create function es.clear_timers(company text[], stream text[], timer text[]) returns void language plpgsql as $$
begin
  delete from es.timer t using (select unnest($1) company, unnest($2) stream, unnest($3) timer) d
    where t.company = d.company and t.stream = d.stream and t.timer = d.timer;
end $$;
