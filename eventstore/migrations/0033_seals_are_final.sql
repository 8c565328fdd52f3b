create function es.refuse_change_of_seal() returns trigger language plpgsql as $$
begin
  raise exception 'es.% is append-only: % refused', tg_table_name, tg_op
    using hint = 'What was sealed stays; a new seal follows by itself.';
end $$;

do $$
declare
  t text;
begin
  foreach t in array array['seal', 'sealed_partition', 'anchored'] loop
    execute format(
      'create trigger %I before update or delete or truncate on es.%I for each statement execute function es.refuse_change_of_seal()',
      t || '_is_final', t);
  end loop;
end $$;
