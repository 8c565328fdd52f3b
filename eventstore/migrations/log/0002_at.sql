create function es.at(ms double precision) returns timestamptz
  language sql immutable strict parallel safe as $$ select to_timestamp(ms / 1000.0) $$;
comment on function es.at is 'Epoch milliseconds as a time.';

revoke all on function es.at from public;
grant execute on function es.at to centurion_engine;
