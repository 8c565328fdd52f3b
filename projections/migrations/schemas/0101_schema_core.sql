create schema core;
comment on schema core is 'What spans companies: checkpoints of read models, users, sessions, keys, audit.';
grant usage on schema core to centurion_engine;
