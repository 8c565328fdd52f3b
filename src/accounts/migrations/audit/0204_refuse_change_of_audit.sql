create function core.refuse_change_of_audit() returns trigger language plpgsql as $$
begin
  raise exception 'core.audit is append-only: % refused', tg_op
    using hint = 'What was done stays written; write another entry.';
end $$;
