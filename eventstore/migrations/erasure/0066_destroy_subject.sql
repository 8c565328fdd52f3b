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

revoke all on function es.destroy_subject from public;
grant execute on function es.destroy_subject to centurion_engine;
