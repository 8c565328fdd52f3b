/**
 * Security definer functions that the engine may call, with the number of their arguments. They run as the owner of
 * the tables, so each is a door past row-level security: one joins a list when someone has looked that it asks for what
 * the list says and nothing else, and that it runs no text that came from outside. Whoever could choose the SQL of an
 * engine's connection could call them for any company: no SQL from outside runs as the engine.
 */
const byList = {
  /** For the one company that is their first argument. */
  ofTheCompanyNamed: [
    "core.begin_build/2",
    "core.drop_accounts/1",
    "core.drop_build/2",
    "core.drop_company/1",
    "core.drop_scratch/2",
    "core.ensure_company/1",
    "core.make_scratch/3",
    "core.members/3",
    "core.session_now/3",
    "core.swap/2",
    "es.ask_stopped/5",
    "es.clear_stopped/2",
    "es.copies_of/2",
    "es.create_company/2",
    "es.destroy_subject/2",
    "es.drop_job/3",
    "es.drop_staged/1",
    "es.find_contact/2",
    "es.finish_erasure/3",
    "es.finish_import/3",
    "es.forget_sealed/2",
    "es.note_stopped/8",
    "es.position_at/3",
    "es.read_chain/4",
    "es.read_links/4",
    "es.read_partition/4",
    "es.read_stream/4",
    "es.release_hold/2",
    "es.request_erasure/5",
    "es.retry_job/3",
    "es.set_hold/4",
    "es.silent_subjects/3",
    "es.subject_of/2",
    "es.take_contact/3",
    "es.take_secret/4"
  ],
  /** For the company that was entered. */
  ofTheCompanyEntered: ["core.jobs_of_company/0", "core.timers_of_company/0"],
  /** For the companies of each line of their arrays. */
  ofEachLine: [
    "es.append/84",
    "es.jobs/4",
    "es.keys_of/2",
    "es.load_actors/2",
    "es.messages/3",
    "es.rewrap/6",
    "es.stage_events/20",
    "es.subject_keys/2",
    "es.take_subjects/6",
    "es.stopped_in/3",
    "es.timers/4"
  ],
  /** For a company, or for all when it is null: the process asks so for itself, never for a request. */
  ofOneOrAll: ["es.erasures/3", "es.holds/1", "es.list_jobs/3", "es.list_stopped/3", "es.partitions/1"],
  /** Leases of partitions, by their owner. */
  ofTheProcess: ["es.claim/3", "es.release/1", "es.renew/2"],
  /** Hashes and names of partitions, over companies, as a seal is. */
  ofSeals: [
    "es.anchors/0",
    "es.installation_id/0",
    "es.last_seal/0",
    "es.note_anchored/2",
    "es.sealed_by/1",
    "es.sealed_partitions/2",
    "es.seals/2",
    "es.write_seal/8"
  ],
  /** Users, who belong to the whole installation, signing keys, and keys that another master key wraps. */
  ofTheInstallation: [
    "core.find_user/1",
    "core.forget_homeless_user/1",
    "core.has_users/0",
    "core.make_user/6",
    "core.note_login/2",
    "core.rehash_password/3",
    "core.rotate_token_key/2",
    "core.set_password/3",
    "core.set_user_profile/3",
    "core.set_user_state/2",
    "core.token_keys/1",
    "core.user_of/1",
    "es.wrapped_otherwise/2"
  ]
}

/** All that were looked at. */
export const reviewedFunctions: ReadonlyArray<string> = Object.values(byList).flat()
