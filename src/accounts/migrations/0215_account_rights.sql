revoke all on function
  core.make_user, core.find_user, core.user_of, core.has_users, core.set_password, core.rehash_password,
  core.set_user_profile, core.set_user_state, core.note_login, core.members, core.memberships_of, core.open_session,
  core.session_now, core.end_sessions, core.sessions_of, core.use_refresh_token, core.outcome_of_refresh,
  core.end_replayed, core.add_refresh_token, core.use_api_key, core.token_keys, core.rotate_token_key, core.lock_users
  from public;
grant execute on function
  core.make_user, core.find_user, core.user_of, core.has_users, core.set_password, core.rehash_password,
  core.set_user_profile, core.set_user_state, core.note_login, core.members, core.memberships_of, core.open_session,
  core.session_now, core.end_sessions, core.sessions_of, core.use_refresh_token, core.outcome_of_refresh,
  core.end_replayed, core.add_refresh_token, core.use_api_key, core.token_keys, core.rotate_token_key, core.lock_users
  to centurion_engine;
