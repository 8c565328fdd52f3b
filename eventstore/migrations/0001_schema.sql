create schema es;
comment on schema es is 'The event store. Written by its functions only; event rows are never changed.';

-- The engine's role: it may call the functions and read under row-level security, and nothing else.
do $$ begin
  if not exists (select from pg_roles where rolname = 'centurion_engine') then
    create role centurion_engine nologin;
  end if;
end $$;
grant usage on schema es to centurion_engine;
