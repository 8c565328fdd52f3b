-- Where a user belongs, and so may log in.
create function core.memberships_of(user_id text) returns table (company text, roles text[], state text)
  language plpgsql as $$
#variable_conflict use_column
begin
  perform set_config('centurion.person', $1, true);
  return query select m.company, m.roles, m.state from core.membership m where m.user_id = $1 order by m.company;
end $$;

revoke all on function core.memberships_of from public;
grant execute on function core.memberships_of to centurion_engine;
