create trigger audit_is_final before update or delete or truncate on core.audit
  for each statement execute function core.refuse_change_of_audit();
