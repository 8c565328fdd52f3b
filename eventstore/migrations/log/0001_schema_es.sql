create schema es;
comment on schema es is 'The event store. Written by its functions only; event rows are never changed.';
grant usage on schema es to centurion_engine;
