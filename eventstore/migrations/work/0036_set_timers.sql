create function es.set_timers(
  company text[], partition int[], stream text[], timer text[], set_by float8[], due_at float8[]
) returns void language plpgsql as $$
begin
  insert into es.timer (company, partition, stream, timer, set_by, due_at)
    select unnest($1), unnest($2), unnest($3), unnest($4), unnest($5)::bigint, es.at(unnest($6))
    on conflict on constraint timer_pkey do update set set_by = excluded.set_by, due_at = excluded.due_at;
end $$;

revoke all on function es.set_timers from public;
