create function es.finish_messages(
  company text[], partition int[], stream text[], version float8[], number int[]
) returns void language plpgsql as $$
begin
  delete from es.message m
    using (select unnest($1) company, unnest($2) partition, unnest($3) stream, unnest($4) "version",
        unnest($5) number) d
    where m.company = d.company and m.partition = d.partition and m.stream = d.stream
      and m.version = d.version::bigint and m.number = d.number;
end $$;

revoke all on function es.finish_messages from public;
