create schema template;
comment on schema template is 'The read models as they are now, without rows; a company''s schema is cloned from it.';

create table core.template (
  read_model text collate "C" primary key,
  version integer not null,
  shape text not null,
  made_at timestamptz not null default now()
);
comment on table core.template is 'What stands in schema template: the version and the shape of each read model; made from the code.';
alter table core.template enable row level security;
alter table core.template force row level security;
create policy for_all on core.template using (true);
grant select on core.template to centurion_engine;

create function core.template_hash() returns text
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select left(md5(string_agg(t.read_model || ' ' || t.version || ' ' || t.shape, ',' order by t.read_model)), 12)
    from core.template t
$$;
comment on function core.template_hash is 'Changes with any read model or view.';
