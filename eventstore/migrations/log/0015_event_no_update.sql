create trigger event_no_update before update on es.event
  for each row execute function es.refuse_all_but_forgetting();
