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

revoke all on function es.refuse_all_but_forgetting from public;
