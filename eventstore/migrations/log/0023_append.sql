-- One call, one commit, for a whole batch: many actors of many partitions, and all that they ask for.
-- The plans of its statements are made once, perhaps while the tables are empty: so they must always go by index.
-- The functions that it calls are in plpgsql because that keeps their plans; a function in SQL is planned anew in every
-- call. There `select unnest($1), unnest($2)` walks the columns side by side, without a table for each.
create function es.append(
  p_company text[], p_partition int[], p_epoch float8[], p_from float8[], p_to float8[], p_head bytea[],
  p_recorded_at float8[],
  k_company text[], k_stream text[], k_key text[], k_version float8[], k_position float8[],
  e_company text[], e_partition int[], e_position float8[], e_stream text[], e_version float8[], e_kind text[],
  e_type text[], e_schema_version int[], e_data text[], e_sealed bytea[], e_sealed_hash bytea[], e_key_id text[],
  e_occurred_at float8[], e_recorded_at float8[], e_causation text[], e_correlation text[], e_principal text[],
  e_machine_version text[], e_payload_hash bytea[], e_link bytea[],
  j_company text[], j_partition int[], j_stream text[], j_job text[], j_name text[], j_child text[],
  j_input bytea[], j_key_id text[], j_at float8[],
  c_company text[], c_stream text[], c_job text[], c_state text[], c_attempts int[], c_first_attempt_at float8[],
  c_due_at float8[], c_reason text[], c_message bytea[],
  f_company text[], f_stream text[], f_job text[],
  t_company text[], t_partition int[], t_stream text[], t_timer text[], t_set_by float8[], t_due_at float8[],
  u_company text[], u_stream text[], u_timer text[],
  m_company text[], m_partition int[], m_stream text[], m_version float8[], m_number int[], m_to_stream text[],
  m_event bytea[], m_key_id text[], m_occurred_at float8[],
  d_company text[], d_partition int[], d_stream text[], d_version float8[], d_number int[],
  s_company text[], s_stream text[], s_version float8[], s_machine_version text[], s_state bytea[],
  s_key_id text[],
  x_company text[], x_stream text[]
) returns void language plpgsql security definer set search_path = es, pg_temp
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
  set enable_mergejoin = off as $$
begin
  perform es.advance_partitions(p_company, p_partition, p_epoch, p_from, p_to, p_head, p_recorded_at);
  if cardinality(k_key) > 0 then
    perform es.take_keys(k_company, k_stream, k_key, k_version, k_position);
  end if;
  if cardinality(e_type) > 0 then
    perform es.append_events(e_company, e_partition, e_position, e_stream, e_version, e_kind, e_type,
      e_schema_version, e_data, e_sealed, e_sealed_hash, e_key_id, e_occurred_at, e_recorded_at, e_causation,
      e_correlation, e_principal, e_machine_version, e_payload_hash, e_link);
  end if;
  if cardinality(f_job) > 0 then perform es.finish_jobs(f_company, f_stream, f_job); end if;
  if cardinality(c_job) > 0 then
    perform es.change_jobs(c_company, c_stream, c_job, c_state, c_attempts, c_first_attempt_at, c_due_at,
      c_reason, c_message);
  end if;
  if cardinality(j_job) > 0 then
    perform es.add_jobs(j_company, j_partition, j_stream, j_job, j_name, j_child, j_input, j_key_id, j_at);
  end if;
  if cardinality(u_timer) > 0 then perform es.clear_timers(u_company, u_stream, u_timer); end if;
  if cardinality(t_timer) > 0 then
    perform es.set_timers(t_company, t_partition, t_stream, t_timer, t_set_by, t_due_at);
  end if;
  if cardinality(m_event) > 0 then
    perform es.add_messages(m_company, m_partition, m_stream, m_version, m_number, m_to_stream, m_event,
      m_key_id, m_occurred_at);
  end if;
  if cardinality(d_stream) > 0 then
    perform es.finish_messages(d_company, d_partition, d_stream, d_version, d_number);
  end if;
  if cardinality(s_stream) > 0 then
    perform es.write_snapshots(s_company, s_stream, s_version, s_machine_version, s_state, s_key_id);
  end if;
  if cardinality(x_stream) > 0 then perform es.erase_streams(x_company, x_stream); end if;
end $$;

revoke all on function es.append from public;
grant execute on function es.append to centurion_engine;
