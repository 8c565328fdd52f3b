create function core.timers_of_company() returns table (machine text, id text, timer text, due_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select split_part(t.stream, '/', 1), substr(t.stream, strpos(t.stream, '/') + 1), t.timer, t.due_at
    from es.timer t where t.company = core.company() and core.is_at_hand(core.company())
$$;
comment on function core.timers_of_company is 'Timers of the company that was entered, and of no other.';

revoke all on function core.timers_of_company from public;
grant execute on function core.timers_of_company to centurion_engine;
