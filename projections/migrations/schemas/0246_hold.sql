-- Until the transaction ends, whoever else wants to hold this of the company waits, as long as its lock_timeout allows.
create function core.hold(company text, what text) returns void
  language plpgsql as $$
declare
  entered text := core.company();
begin
  perform set_config('centurion.company', $1, true);
  insert into core.held (company, what) values ($1, $2) on conflict do nothing;
  perform from core.held h where h.company = $1 and h.what = $2 for update;
  perform set_config('centurion.company', coalesce(entered, ''), true);
end $$;

revoke all on function core.hold from public;
grant execute on function core.hold to centurion_engine;
