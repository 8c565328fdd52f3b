create schema template;
comment on schema template is 'The read models as they are now, without rows; a company''s schema is cloned from it.';
