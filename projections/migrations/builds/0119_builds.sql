-- Which builds there are of these companies, so that whoever keeps their read models notices what another process began
-- or changed. It enters one company after the other, so that row-level security holds for every row.
create function core.builds(companies text[]) returns table (company text, builds text)
  language plpgsql as $$
declare
  before text := coalesce(core.company(), '');
  one text;
begin
  for one in select distinct c from unnest(companies) c order by c loop
    perform set_config('centurion.company', one, true);
    return query
      select one, coalesce(string_agg(p.read_model || ' ' || p.build || ' ' || p.state, ',' order by p.read_model, p.build), '')
        from core.projection p where p.company = one;
  end loop;
  perform set_config('centurion.company', before, true);
end $$;

revoke all on function core.builds from public;
grant execute on function core.builds to centurion_engine;
