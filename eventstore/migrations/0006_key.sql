create table es.key (
  company text not null,
  stream text not null,
  key text not null,
  version bigint not null,
  position bigint not null,
  primary key (company, stream, key)
);
comment on table es.key is 'The sender''s ids of input events: a known key is answered with the version and position it got.';
