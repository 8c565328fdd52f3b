-- Whoever waits for a table that an analyst reads holds up all who come after: these give up soon, and are tried again.
alter function core.swap set lock_timeout = '200ms';
alter function core.begin_build set lock_timeout = '200ms';
alter function core.drop_build set lock_timeout = '200ms';
alter function core.drop_scratch set lock_timeout = '200ms';
