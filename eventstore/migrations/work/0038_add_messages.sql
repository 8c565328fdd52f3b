create function es.add_messages(
  company text[], partition int[], stream text[], version float8[], number int[], to_stream text[], event bytea[],
  key_id text[], occurred_at float8[]
) returns void language plpgsql as $$
begin
  insert into es.message (company, partition, stream, version, number, to_stream, event, key_id, occurred_at)
    select unnest($1), unnest($2), unnest($3), unnest($4)::bigint, unnest($5), unnest($6), unnest($7),
      unnest($8), es.at(unnest($9));
end $$;

revoke all on function es.add_messages from public;
