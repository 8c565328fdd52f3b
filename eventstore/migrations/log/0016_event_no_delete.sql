create trigger event_no_delete before delete on es.event
  for each statement execute function es.refuse_change();
