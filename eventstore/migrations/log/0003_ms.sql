-- By way of an interval, because that is immutable all through: so the planner puts it in place of the call.
create function es.ms(at timestamptz) returns double precision
  language sql immutable strict parallel safe
  as $$ select round(date_part('epoch', at - timestamptz 'epoch') * 1000) $$;
comment on function es.ms is 'A time as epoch milliseconds.';

revoke all on function es.ms from public;
grant execute on function es.ms to centurion_engine;
