create schema core;
comment on schema core is 'What spans companies: checkpoints of read models, users, sessions, keys, audit.';
grant usage on schema core to centurion_engine;

-- The company of the transaction at hand; null or empty when none was entered, which matches no row.
create function core.company() returns text
  language sql stable parallel safe as $$ select current_setting('centurion.company', true) $$;

create function core.schema_of(company text) returns text
  language sql immutable strict parallel safe as $$
  select case when length($1) <= 60 then 'c_' || $1 else 'c_' || left($1, 43) || '_' || left(md5($1), 16) end
$$;
comment on function core.schema_of is 'The schema that holds a company''s read models.';
