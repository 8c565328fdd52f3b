create function es.at(ms double precision) returns timestamptz
  language sql immutable strict parallel safe as $$ select to_timestamp(ms / 1000.0) $$;
comment on function es.at is 'Epoch milliseconds as a time.';

create function es.ms(at timestamptz) returns double precision
  language sql immutable strict parallel safe as $$ select round(extract(epoch from at) * 1000)::double precision $$;
comment on function es.ms is 'A time as epoch milliseconds.';
