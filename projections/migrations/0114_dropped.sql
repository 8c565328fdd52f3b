create table core.dropped (
  company text collate "C" primary key references es.company,
  dropped_at timestamptz not null default now()
);
comment on table core.dropped is 'Companies that were deleted: their events stay, their read models are not made again.';
select core.guard('core', 'dropped');

create or replace function core.drop_company(company text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  past text;
begin
  perform set_config('centurion.company', $1, true);
  for past in select s.scratch from core.scratch s where s.company = $1 loop
    perform core.drop_scratch($1, past);
  end loop;
  insert into core.dropped (company) values ($1) on conflict do nothing;
  delete from core.projection p where p.company = $1;
  execute format('drop schema if exists %I cascade', core.schema_of($1));
end $$;
