create table es.staged_event (like es.event including comments, primary key (company, partition, position));
comment on table es.staged_event is 'Events of an import under way; es.finish_import makes them history, all or none.';

alter table es.staged_event enable row level security;
