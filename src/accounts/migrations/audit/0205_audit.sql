create table core.audit (
  company text collate "C" not null,
  entry bigint generated always as identity,
  at timestamptz not null,
  principal text not null,
  action text not null,
  target text not null,
  outcome text not null check (outcome in ('done', 'refused')),
  reason text not null default '',
  details jsonb not null default '{}' check (length(details::text) <= 4000),
  address text not null default '',
  primary key (company, entry)
);
comment on table core.audit is 'Who changed what, and who was refused. Company * is the installation. It outlives the company.';

select core.guard('core', 'audit');
revoke update, delete on core.audit from centurion_engine;
