-- All that a company has of accounts: who belonged to it only is forgotten. The audit stays. Gives how many belonged.
create function core.drop_accounts(company text) returns int
  language plpgsql security definer set search_path = core, pg_temp as $$
#variable_conflict use_column
declare
  members text[];
  one text;
begin
  perform set_config('centurion.company', $1, true);
  delete from core.invitation i where i.company = $1;
  delete from core.api_key k where k.company = $1;
  members := array(select m.user_id from core.membership m where m.company = $1);
  delete from core.membership m where m.company = $1;
  foreach one in array members loop
    perform core.forget_homeless_user(one);
  end loop;
  return cardinality(members);
end $$;

revoke all on function core.drop_accounts from public;
grant execute on function core.drop_accounts to centurion_engine;
