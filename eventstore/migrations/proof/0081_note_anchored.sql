create function es.note_anchored(anchor text, seal float8) returns void
  language sql security definer set search_path = es, pg_temp as $$
  insert into es.anchored (anchor, seal) values ($1, $2::bigint) on conflict do nothing
$$;

revoke all on function es.note_anchored from public;
grant execute on function es.note_anchored to centurion_engine;
