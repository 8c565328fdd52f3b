-- How far each place outside has got.
create function es.anchors() returns table (anchor text, seal float8, anchored_at float8)
  language sql stable security definer set search_path = es, pg_temp as $$
  with recursive place as (
    (select a.anchor from es.anchored a order by 1 limit 1)
    union all
    select n.anchor from place p cross join lateral (
      select a.anchor from es.anchored a where a.anchor > p.anchor order by 1 limit 1) n
  )
  select l.anchor, l.seal::float8, es.ms(l.anchored_at)
    from place p cross join lateral (
      select * from es.anchored a where a.anchor = p.anchor order by a.seal desc limit 1) l
    order by 1
$$;

revoke all on function es.anchors from public;
grant execute on function es.anchors to centurion_engine;
