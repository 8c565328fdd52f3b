-- Beside the company, two things open a row for a transaction: being the person, and presenting what hashes so.
create function core.person() returns text
  language sql stable parallel safe as $$ select current_setting('centurion.person', true) $$;

create function core.presented() returns bytea
  language sql stable parallel safe as $$ select decode(current_setting('centurion.presented', true), 'hex') $$;

select core.guard('core', t)
  from unnest(array['membership', 'session', 'refresh_token', 'invitation', 'api_key', 'audit']) t;
revoke update, delete on core.audit from centurion_engine;

-- A user's memberships and sessions at all companies are the user's to see, and the sessions to end.
create policy own_person on core.membership for select using (user_id = core.person());
create policy own_person on core.session for select using (user_id = core.person());
create policy own_person_ends on core.session for update
  using (user_id = core.person()) with check (user_id = core.person());

-- Whoever presents a token does not say at which company it was made.
create policy who_presents_it on core.refresh_token for select using (hash = core.presented());
create policy who_presents_it on core.invitation for select using (hash = core.presented());
create policy who_presents_it on core.api_key for select using (hash = core.presented());
