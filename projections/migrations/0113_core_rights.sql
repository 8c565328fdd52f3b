revoke all on function core.ensure_company, core.drop_company, core.begin_build, core.swap, core.drop_build,
  core.make_scratch, core.drop_scratch, core.template_hash from public;
grant execute on function core.ensure_company, core.drop_company, core.begin_build, core.swap, core.drop_build,
  core.make_scratch, core.drop_scratch to centurion_engine;
