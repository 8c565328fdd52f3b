create table core.held (
  company text collate "C" not null,
  what text collate "C" not null,
  primary key (company, what)
);
comment on table core.held is 'What is done by one at a time: its row is locked. An advisory lock could be taken by any login.';

select core.guard('core', 'held');
