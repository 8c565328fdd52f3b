create table es.erasure (
  company text collate "C" not null references es.company,
  erasure text collate "C" not null,
  subject text collate "C" not null,
  by text not null,
  reason text not null,
  requested_at timestamptz not null default now(),
  done_at timestamptz,
  report json,
  primary key (company, erasure)
);
create unique index erasure_under_way on es.erasure (company, subject) where done_at is null;
comment on table es.erasure is 'Requests to erase a person; done when every place that held copies has answered.';
alter table es.erasure enable row level security;

create table es.hold (
  company text collate "C" not null references es.company,
  subject text collate "C" not null,
  by text not null,
  reason text not null,
  since timestamptz not null default now(),
  primary key (company, subject)
);
comment on table es.hold is 'Legal holds: a person under one can''t be erased.';
alter table es.hold enable row level security;

-- The id of the request: this one, or the one that is under way already. CE010: unknown, CE011: held.
create function es.request_erasure(company text, erasure text, subject text, by text, reason text) returns text
  language plpgsql security definer set search_path = es, pg_temp as $$
#variable_conflict use_column
declare
  held text;
begin
  if not exists (select from es.subject s where s.company = $1 and s.subject = $3) then
    raise exception 'nobody called % is known at %', $3, $1 using errcode = 'CE010';
  end if;
  select h.reason into held from es.hold h where h.company = $1 and h.subject = $3;
  if found then
    raise exception '% of % is under legal hold: %', $3, $1, held using errcode = 'CE011';
  end if;
  insert into es.erasure (company, erasure, subject, by, reason) values ($1, $2, $3, $4, $5)
    on conflict (company, subject) where done_at is null do nothing;
  return (select e.erasure from es.erasure e where e.company = $1 and e.subject = $3 and e.done_at is null);
end $$;

create function es.erasures(company text, only_open boolean, most int) returns table (
  company text, erasure text, subject text, by text, reason text, requested_at float8, done_at float8, report text
) language sql stable security definer set search_path = es, pg_temp as $$
  select e.company, e.erasure, e.subject, e.by, e.reason, es.ms(e.requested_at), es.ms(e.done_at), e.report::text
    from es.erasure e
    where ($1 is null or e.company = $1) and (not $2 or e.done_at is null)
    order by e.requested_at desc limit $3
$$;

create function es.subject_of(company text, stream text) returns text
  language sql stable security definer set search_path = es, pg_temp as $$
  select ss.subject from es.subject_stream ss where ss.company = $1 and ss.stream = $2
$$;

-- What is there of a person: its streams, and in each the events, snapshots, jobs, messages and timers.
create function es.copies_of(company text, subject text) returns table (
  stream text, erased boolean, events float8, sealed float8, snapshots float8, jobs float8, messages float8,
  timers float8, last_at float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select ss.stream, ss.erased_at is not null, e.events, e.sealed,
      (select count(*) from es.snapshot s where s.company = ss.company and s.stream = ss.stream)::float8,
      (select count(*) from es.job j where j.company = ss.company and j.stream = ss.stream)::float8,
      (select count(*) from es.message m where m.company = ss.company and m.stream = ss.stream)::float8,
      (select count(*) from es.timer t where t.company = ss.company and t.stream = ss.stream)::float8,
      e.last_at
    from es.subject_stream ss
    cross join lateral (
      select count(*)::float8 as events, count(e.sealed)::float8 as sealed, es.ms(max(e.recorded_at)) as last_at
        from es.event e where e.company = ss.company and e.stream = ss.stream) e
    where ss.company = $1 and ss.subject = $2
    order by ss.stream
$$;

-- Within the commit that appends SubjectErased: all that waits or is cached for these streams goes.
create function es.erase_streams(company text[], stream text[]) returns void language plpgsql as $$
begin
  update es.subject_stream s set erased_at = clock_timestamp()
    from (select unnest($1) company, unnest($2) stream) d
    where s.company = d.company and s.stream = d.stream;
  delete from es.snapshot s using (select unnest($1) company, unnest($2) stream) d
    where s.company = d.company and s.stream = d.stream;
  delete from es.job s using (select unnest($1) company, unnest($2) stream) d
    where s.company = d.company and s.stream = d.stream;
  delete from es.timer s using (select unnest($1) company, unnest($2) stream) d
    where s.company = d.company and s.stream = d.stream;
  delete from es.message s
    using (select unnest($1) company, unnest($2) stream) d, es.company c
    where c.company = d.company and s.company = d.company and s.stream = d.stream
      and s.partition between 1 and c.partitions;
end $$;

-- Destroys the key and the ciphertexts, once every stream has its proof; gives how many ciphertexts there were.
create function es.destroy_subject(company text, subject text) returns float8
  language plpgsql security definer set search_path = es, pg_temp as $$
#variable_conflict use_column
declare
  forgotten float8;
begin
  -- Until this commits, nobody puts it under hold and no stream about it begins.
  perform 1 from es.subject s where s.company = $1 and s.subject = $2 for update;
  if exists (select from es.hold h where h.company = $1 and h.subject = $2) then
    raise exception '% of % is under legal hold', $2, $1 using errcode = 'CE011';
  end if;
  if exists (select from es.subject_stream s where s.company = $1 and s.subject = $2 and s.erased_at is null) then
    raise exception 'a stream about % of % has no proof of erasure yet', $2, $1 using errcode = 'CE012';
  end if;
  update es.subject s set wrapped = null, erased_at = coalesce(s.erased_at, clock_timestamp())
    where s.company = $1 and s.subject = $2;
  delete from es.contact c where c.company = $1 and c.subject = $2;
  with gone as (
    update es.event e set sealed = null
      from es.subject_stream s
      where s.company = $1 and s.subject = $2 and e.company = s.company and e.stream = s.stream
        and e.sealed is not null
      returning 1)
  select count(*) into forgotten from gone;
  return forgotten;
end $$;

create function es.finish_erasure(company text, erasure text, report text) returns void
  language sql security definer set search_path = es, pg_temp as $$
  update es.erasure e set done_at = clock_timestamp(), report = $3::json
    where e.company = $1 and e.erasure = $2 and e.done_at is null
$$;

create function es.set_hold(company text, subject text, by text, reason text) returns void
  language plpgsql security definer set search_path = es, pg_temp as $$
begin
  perform 1 from es.subject s where s.company = $1 and s.subject = $2 and s.erased_at is null for update;
  if not found then
    raise exception 'nobody called % is known at %', $2, $1 using errcode = 'CE010';
  end if;
  insert into es.hold (company, subject, by, reason) values ($1, $2, $3, $4)
    on conflict on constraint hold_pkey do update set by = excluded.by, reason = excluded.reason;
end $$;

create function es.release_hold(company text, subject text) returns boolean
  language sql security definer set search_path = es, pg_temp as $$
  with released as (
    delete from es.hold h where h.company = $1 and h.subject = $2 returning 1)
  select exists (select from released)
$$;

create function es.holds(company text) returns table (company text, subject text, by text, reason text, since float8)
  language sql stable security definer set search_path = es, pg_temp as $$
  select h.company, h.subject, h.by, h.reason, es.ms(h.since)
    from es.hold h where $1 is null or h.company = $1 order by h.company, h.subject
$$;

-- Persons of whom nothing was heard since then, the longest silent first; none that is held or being erased.
create function es.silent_subjects(company text, since float8, most int) returns table (
  subject text, last_at float8
) language sql stable security definer set search_path = es, pg_temp as $$
  select s.subject, es.ms(coalesce(l.last_at, s.created_at)) as last_at
    from es.subject s
    left join lateral (
      select max(e.recorded_at) as last_at
        from es.subject_stream ss
        join lateral (
          select recorded_at from es.event e
            where e.company = ss.company and e.stream = ss.stream
            order by e.version desc limit 1) e on true
        where ss.company = s.company and ss.subject = s.subject) l on true
    where s.company = $1 and s.erased_at is null and coalesce(l.last_at, s.created_at) < es.at($2)
      and not exists (select from es.hold h where h.company = s.company and h.subject = s.subject)
      and not exists (
        select from es.erasure e where e.company = s.company and e.subject = s.subject and e.done_at is null)
    order by 2 limit $3
$$;

do $$
declare
  f text;
begin
  foreach f in array array['request_erasure', 'erasures', 'subject_of', 'copies_of', 'destroy_subject', 'finish_erasure',
    'set_hold', 'release_hold', 'holds', 'silent_subjects'] loop
    execute format('revoke all on function es.%I from public', f);
    execute format('grant execute on function es.%I to centurion_engine', f);
  end loop;
end $$;
revoke all on function es.erase_streams from public;

-- Of these persons, who has a key, and which; after an erasure, who is there again as in a restored backup.
create function es.keys_of(company text[], subject text[]) returns table (company text, subject text, key_id text)
  language sql stable security definer set search_path = es, pg_temp as $$
  select s.company, s.subject, s.key_id
    from (select distinct c, n from unnest($1, $2) as u(c, n)) asked
    join es.subject s on s.company = asked.c and s.subject = asked.n and s.wrapped is not null
$$;
revoke all on function es.keys_of from public;
grant execute on function es.keys_of to centurion_engine;
