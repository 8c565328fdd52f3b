-- The fence, and the new head of every partition of the batch.
create function es.advance_partitions(
  company text[], partition int[], epoch float8[], position_from float8[], position_to float8[], head bytea[],
  recorded_at float8[]
) returns void language plpgsql as $$
declare
  advanced int;
begin
  update es.partition p
    set position = a.position_to::bigint, head = a.head, recorded_at = es.at(a.recorded_at)
    from (select unnest($1) company, unnest($2) partition, unnest($3) epoch, unnest($4) position_from,
        unnest($5) position_to, unnest($6) head, unnest($7) recorded_at) a
    where p.company = a.company and p.partition = a.partition
      and p.epoch = a.epoch::bigint and p.position = a.position_from::bigint;
  get diagnostics advanced = row_count;
  if advanced <> cardinality($1) then
    raise exception 'of % partitions, % are not ours or not at the expected position',
      cardinality($1), cardinality($1) - advanced using errcode = 'CE001';
  end if;
end $$;

revoke all on function es.advance_partitions from public;
