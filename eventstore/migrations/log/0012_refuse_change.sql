create function es.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'es.% is append-only: % refused', tg_table_name, tg_op
    using hint = 'Correct a fact by appending an event. Personal data is forgotten by es.forget_sealed.';
end $$;

revoke all on function es.refuse_change from public;
