-- The company of the transaction at hand; null or empty when none was entered, which matches no row.
create function core.company() returns text
  language sql stable parallel safe as $$ select current_setting('centurion.company', true) $$;
