create trigger anchored_is_final before update or delete or truncate on es.anchored
  for each statement execute function es.refuse_change_of_seal();
