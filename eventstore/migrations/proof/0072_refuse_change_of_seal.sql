create function es.refuse_change_of_seal() returns trigger language plpgsql as $$
begin
  raise exception 'es.% is append-only: % refused', tg_table_name, tg_op
    using hint = 'What was sealed stays; a new seal follows by itself.';
end $$;

revoke all on function es.refuse_change_of_seal from public;
