-- Whom an API key stands for now. Outcomes: known, expired, revoked; no row for a key that was never made. That an
-- ended one came is written into the audit once a minute, however often it comes.
create function core.use_api_key(presented bytea, at timestamptz, address text) returns table (
  outcome text, company text, key_id text, name text, roles text[], scopes text[], per_minute int, per_hour int,
  expires_at float8
) language plpgsql as $$
#variable_conflict use_column
declare
  own core.api_key;
  became text := 'known';
begin
  perform set_config('centurion.presented', encode($1, 'hex'), true);
  select * into own from core.api_key k where k.hash = $1;
  perform set_config('centurion.presented', '', true);
  if own.key_id is null then return; end if;
  perform set_config('centurion.company', own.company, true);
  if own.revoked_at is not null then became := 'revoked';
  elsif own.expires_at <= $2 then became := 'expired';
  end if;
  if became = 'known' then
    update core.api_key k set used_at = $2
      where k.company = own.company and k.key_id = own.key_id
        and (k.used_at is null or k.used_at < $2 - interval '1 minute');
  else
    update core.api_key k set refused_at = $2
      where k.company = own.company and k.key_id = own.key_id
        and (k.refused_at is null or k.refused_at < $2 - interval '1 minute');
    if found then
      insert into core.audit (company, at, principal, action, target, outcome, reason, address)
        values (own.company, $2, 'api:' || own.key_id, 'apiKey.use', 'apiKey:' || own.key_id, 'refused', became, $3);
    end if;
  end if;
  return query select became, own.company, own.key_id, own.name, own.roles, own.scopes, own.per_minute, own.per_hour,
    es.ms(own.expires_at);
end $$;

revoke all on function core.use_api_key from public;
grant execute on function core.use_api_key to centurion_engine;
