-- Makes what was staged the history of a company that has none: CE010 when it has, CE011 when the events don't chain.
create function es.finish_import(company text, partitions int, "position" float8[]) returns void
  language plpgsql security definer set search_path = es, pg_temp as $$
#variable_conflict use_column
declare
  there int := es.create_company($1, $2);
  wrong text;
begin
  perform from es.partition p where p.company = $1 order by p.partition for update;
  if there <> $2 then
    raise exception '% has % partitions here and % in the import', $1, there, $2 using errcode = 'CE010';
  end if;
  if exists (select from es.event e where e.company = $1)
     or exists (select from es.partition p where p.company = $1 and p.position > 0) then
    raise exception '% has events already', $1 using errcode = 'CE010';
  end if;
  insert into es.event select * from es.staged_event s where s.company = $1;
  select format('partition %s, position %s', b.partition, b.position) into wrong from (
      select e.partition, e.position, e.link, e.payload_hash, e.sealed, e.sealed_hash, es.leaf(e) leaf,
        sha256(convert_to(e.data::text, 'UTF8')) clear,
        row_number() over w due, lag(e.link, 1, decode(repeat('00', 32), 'hex')) over w previous
      from es.event e where e.company = $1 window w as (partition by e.partition order by e.position)) b
    where b.position <> b.due or b.link <> sha256(b.previous || b.leaf) or sha256(b.sealed) <> b.sealed_hash
      or b.payload_hash <> case when b.sealed_hash is null then b.clear
        else sha256('\x01'::bytea || b.clear || b.sealed_hash) end
    order by b.partition, b.position limit 1;
  if wrong is not null then
    raise exception 'the events of % do not chain at %', $1, wrong using errcode = 'CE011';
  end if;
  update es.partition p
    set position = l.position, head = l.link, recorded_at = l.recorded_at, epoch = p.epoch + 1, owner = null
    from (select distinct on (e.partition) e.partition, e.position, e.link, e.recorded_at
        from es.event e where e.company = $1 order by e.partition, e.position desc) l
    where p.company = $1 and p.partition = l.partition;
  if $3 is distinct from array(select p.position::float8 from es.partition p where p.company = $1 order by p.partition) then
    raise exception 'the import of % is not complete', $1 using errcode = 'CE011';
  end if;
  delete from es.staged_event s where s.company = $1;
end $$;
comment on function es.finish_import is 'The new epoch shuts out an owner that believes the partitions empty.';

revoke all on function es.finish_import from public;
grant execute on function es.finish_import to centurion_engine;
