-- The one way into a company: until the transaction ends, its rows are visible, and table names mean its schema.
create function core.enter(company text) returns void
  language plpgsql as $$
begin
  perform set_config('centurion.company', $1, true);
  perform set_config('search_path', quote_ident(core.schema_of($1)) || ', pg_catalog, pg_temp', true);
end $$;
