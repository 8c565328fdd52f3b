-- What opens a row to whoever presents a token or a key, and does not say at which company it was made.
create function core.presented() returns bytea
  language sql stable parallel safe as $$ select decode(current_setting('centurion.presented', true), 'hex') $$;
