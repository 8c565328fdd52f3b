-- Whoever logs in without being the engine may set any company by hand: then only that of a schema it may use counts.
create function core.is_at_hand(company text) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select pg_has_role(session_user, 'centurion_engine', 'member')
    or coalesce(has_schema_privilege(session_user, to_regnamespace(quote_ident(core.schema_of($1))), 'usage'), false)
$$;

revoke all on function core.is_at_hand from public;
