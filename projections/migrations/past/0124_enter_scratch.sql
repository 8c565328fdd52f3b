-- As core.enter, with the tables of a past moment.
create function core.enter_scratch(company text, scratch text) returns void
  language plpgsql as $$
begin
  perform set_config('centurion.company', $1, true);
  if not exists (select from core.scratch s where s.company = $1 and s.scratch = $2) then
    raise exception '% has no read models called %', $1, $2 using errcode = 'CE022';
  end if;
  perform set_config('search_path', quote_ident($2) || ', pg_catalog, pg_temp', true);
end $$;
