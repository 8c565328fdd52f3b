create trigger event_no_truncate before truncate on es.event
  for each statement execute function es.refuse_change();
