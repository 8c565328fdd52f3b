create table es.subject_stream (
  company text collate "C" not null,
  stream text collate "C" not null,
  subject text collate "C" not null,
  erased_at timestamptz,
  primary key (company, stream),
  foreign key (company, subject) references es.subject
);
create index subject_streams on es.subject_stream (company, subject);
comment on table es.subject_stream is 'Which person a stream is about; a line is written before the first event that holds personal data.';

alter table es.subject_stream enable row level security;
