-- Beside the company, two things open a row for a transaction: being the person, and presenting what hashes so. A user's
-- memberships and sessions at all companies are the user's to see, and the sessions to end.
create function core.person() returns text
  language sql stable parallel safe as $$ select current_setting('centurion.person', true) $$;
