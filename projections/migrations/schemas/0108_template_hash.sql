create function core.template_hash() returns text
  language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select left(md5(string_agg(t.read_model || ' ' || t.version || ' ' || t.shape, ',' order by t.read_model)), 12)
    from core.template t
$$;
comment on function core.template_hash is 'Changes with any read model or view.';

revoke all on function core.template_hash from public;
