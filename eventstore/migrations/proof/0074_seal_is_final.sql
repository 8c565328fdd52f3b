create trigger seal_is_final before update or delete or truncate on es.seal
  for each statement execute function es.refuse_change_of_seal();
