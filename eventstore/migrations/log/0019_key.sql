create table es.key (
  company text collate "C" not null,
  stream text collate "C" not null,
  key text collate "C" not null,
  version bigint not null,
  position bigint not null,
  primary key (company, stream, key)
);
comment on table es.key is 'The sender''s ids of input events: a known key is answered with the version and position it got.';

alter table es.key enable row level security;
create policy own_company on es.key for select to centurion_engine
  using (company = current_setting('centurion.company', true));
grant select on es.key to centurion_engine;
