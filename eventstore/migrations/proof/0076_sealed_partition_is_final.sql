create trigger sealed_partition_is_final before update or delete or truncate on es.sealed_partition
  for each statement execute function es.refuse_change_of_seal();
