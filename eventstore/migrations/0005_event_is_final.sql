create function es.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'es.% is append-only: % refused', tg_table_name, tg_op
    using hint = 'Correct a fact by appending an event. Personal data is forgotten by es.forget_sealed.';
end $$;

-- The one change that is allowed takes the ciphertext away and touches nothing else.
create function es.refuse_all_but_forgetting() returns trigger language plpgsql as $$
begin
  if new.sealed is null and old.sealed is not null
     and to_jsonb(new) - 'sealed' = to_jsonb(old) - 'sealed' then
    return new;
  end if;
  raise exception 'es.event is append-only: UPDATE refused'
    using hint = 'Correct a fact by appending an event. Personal data is forgotten by es.forget_sealed.';
end $$;

create trigger event_no_update before update on es.event
  for each row execute function es.refuse_all_but_forgetting();
create trigger event_no_delete before delete on es.event
  for each statement execute function es.refuse_change();
create trigger event_no_truncate before truncate on es.event
  for each statement execute function es.refuse_change();
