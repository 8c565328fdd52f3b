create function es.at(ms double precision) returns timestamptz
  language sql immutable strict parallel safe as $$ select to_timestamp(ms / 1000.0) $$;
comment on function es.at is 'Epoch milliseconds as a time.';

-- By way of an interval, because that is immutable all through: so the planner puts it in place of the call.
create function es.ms(at timestamptz) returns double precision
  language sql immutable strict parallel safe
  as $$ select round(date_part('epoch', at - timestamptz 'epoch') * 1000) $$;
comment on function es.ms is 'A time as epoch milliseconds.';
