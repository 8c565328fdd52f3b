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

create function core.refuse_change_of_audit() returns trigger language plpgsql as $$
begin
  raise exception 'core.audit is append-only: % refused', tg_op
    using hint = 'What was done stays written; write another entry.';
end $$;

create trigger audit_is_final before update or delete or truncate on core.audit
  for each statement execute function core.refuse_change_of_audit();
