create table core.token_key (
  generation integer primary key check (generation > 0),
  since timestamptz not null,
  accepted_until timestamptz
);
comment on table core.token_key is 'Which keys sign access tokens: the highest generation signs, older ones are accepted until their time. The keys themselves are in es.secret.';

alter table core.token_key enable row level security;
