-- Work that a company waits for, without what it is about: that is sealed.
create function core.jobs_of_company() returns table (
  machine text, id text, job text, name text, state text, attempts integer, asked_at timestamptz,
  first_attempt_at timestamptz, due_at timestamptz, reason text
) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select split_part(j.stream, '/', 1), substr(j.stream, strpos(j.stream, '/') + 1), j.job, j.name, j.state, j.attempts,
      j.asked_at, j.first_attempt_at, j.due_at, j.reason
    from es.job j where j.company = core.company() and core.is_at_hand(core.company())
$$;
comment on function core.jobs_of_company is 'Jobs of the company that was entered, and of no other.';

revoke all on function core.jobs_of_company from public;
grant execute on function core.jobs_of_company to centurion_engine;
