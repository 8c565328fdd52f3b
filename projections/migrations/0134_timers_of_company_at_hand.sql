create or replace function core.timers_of_company() returns table (machine text, id text, timer text, due_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select split_part(t.stream, '/', 1), substr(t.stream, strpos(t.stream, '/') + 1), t.timer, t.due_at
    from es.timer t where t.company = core.company() and core.is_at_hand(core.company())
$$;
