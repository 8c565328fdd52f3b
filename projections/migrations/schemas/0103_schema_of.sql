create function core.schema_of(company text) returns text
  language sql immutable strict parallel safe as $$
  select case when length($1) <= 60 then 'c_' || $1 else 'c_' || left($1, 43) || '_' || left(md5($1), 16) end
$$;
comment on function core.schema_of is 'The schema that holds a company''s read models.';
