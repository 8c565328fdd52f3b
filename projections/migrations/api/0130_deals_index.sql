-- The deals that changed last, of each of these companies: it enters one after the other, so that row-level security
-- holds for every row, and goes back to where it was. Whoever calls it asks for the companies of the user at hand.
create function core.deals_index(
  companies text[], changed_after timestamptz default '-infinity', most_each integer default 1000
) returns table (
  company text, deal_id text, lead_id text, state text, stage text, value_cents bigint, stage_since timestamptz,
  updated_at timestamptz
) language plpgsql as $$
declare
  before text := coalesce(core.company(), '');
  one text;
begin
  for one in select distinct c from unnest(companies) c order by c loop
    continue when to_regclass(format('%I.deals', core.schema_of(one))) is null;
    perform set_config('centurion.company', one, true);
    return query execute format(
      'select d.company, d.deal_id, d.lead_id, d.state, d.stage, d.value_cents, d.stage_since, d.updated_at
         from %I.deals d where d.updated_at > $1 order by d.updated_at desc, d.deal_id limit $2',
      core.schema_of(one)) using changed_after, most_each;
  end loop;
  perform set_config('centurion.company', before, true);
end $$;
comment on function core.deals_index is 'Deals over companies, newest change first within each. Name only companies that the user at hand belongs to.';

revoke all on function core.deals_index from public;
grant execute on function core.deals_index to centurion_engine;
