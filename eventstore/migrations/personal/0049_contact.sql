create table es.contact (
  company text collate "C" not null,
  blind bytea not null,
  subject text collate "C" not null,
  primary key (company, blind)
);
create index contact_of on es.contact (company, subject);
comment on column es.contact.blind is 'HMAC-SHA256 of a phone number, an e-mail address or another id under the company''s index key.';

alter table es.contact enable row level security;
