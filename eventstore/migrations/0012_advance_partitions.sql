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
    from unnest($1, $2, $3, $4, $5, $6, $7)
      as a(company, partition, epoch, position_from, position_to, head, recorded_at)
    where p.company = a.company and p.partition = a.partition
      and p.epoch = a.epoch::bigint and p.position = a.position_from::bigint;
  get diagnostics advanced = row_count;
  if advanced <> cardinality($1) then
    raise exception 'of % partitions, % are not ours or not at the expected position',
      cardinality($1), cardinality($1) - advanced using errcode = 'CE001';
  end if;
end $$;
