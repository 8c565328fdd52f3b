create table es.staged_event (like es.event including comments, primary key (company, partition, position));
comment on table es.staged_event is 'Events of an import under way; es.finish_import makes them history, all or none.';

create function es.stage_events(
  company text[], partition int[], "position" float8[], stream text[], version float8[], kind text[], type text[],
  schema_version int[], data text[], sealed bytea[], sealed_hash bytea[], key_id text[], occurred_at float8[],
  recorded_at float8[], causation text[], correlation text[], principal text[], machine_version text[],
  payload_hash bytea[], link bytea[]
) returns void language sql security definer set search_path = es, pg_temp as $$
  insert into es.staged_event (company, partition, position, stream, version, kind, type, schema_version, data,
      sealed, sealed_hash, key_id, occurred_at, recorded_at, causation, correlation, principal, machine_version,
      payload_hash, link)
    select unnest($1), unnest($2), unnest($3)::bigint, unnest($4), unnest($5)::bigint, unnest($6), unnest($7),
      unnest($8), unnest($9)::json, unnest($10), unnest($11), unnest($12), es.at(unnest($13)),
      es.at(unnest($14)), unnest($15), unnest($16), unnest($17), unnest($18), unnest($19), unnest($20)
    on conflict do nothing
$$;

create function es.drop_staged(company text) returns void
  language sql security definer set search_path = es, pg_temp as $$
  delete from es.staged_event s where s.company = $1
$$;

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
