import * as Command from "effect/cli/Command"
import { analystsCommand } from "./commands/analysts.ts"
import { backtestCommand } from "./commands/backtest.ts"
import { benchCommand } from "./commands/bench.ts"
import { chatCommand } from "./commands/chat.ts"
import { companiesCommand } from "./commands/companies.ts"
import { databaseCommand } from "./commands/database.ts"
import { deliverCommand } from "./commands/deliver.ts"
import { demoCommand } from "./commands/demo.ts"
import { doctorCommand } from "./commands/doctor.ts"
import { eraseCommand } from "./commands/erase.ts"
import { eventsCommand } from "./commands/events.ts"
import { exportCommand } from "./commands/export.ts"
import { holdCommand } from "./commands/hold.ts"
import { importCommand } from "./commands/import.ts"
import { jobsCommand } from "./commands/jobs.ts"
import { keysCommand } from "./commands/keys.ts"
import { migrateCommand } from "./commands/migrate.ts"
import { projectionsCommand } from "./commands/projections.ts"
import { proveCommand } from "./commands/prove.ts"
import { queryCommand } from "./commands/query.ts"
import { replayCommand } from "./commands/replay.ts"
import { sealsCommand } from "./commands/seals.ts"
import { shadowCommand } from "./commands/shadow.ts"
import { startCommand } from "./commands/start.ts"
import { tableCommand } from "./commands/table.ts"
import { usersCommand } from "./commands/users.ts"
import { verifyCommand } from "./commands/verify.ts"
import { whyCommand } from "./commands/why.ts"

/** All commands. What they take is said here; what they do is loaded when they are asked for. */
export const centurionCommand = Command.make("centurion").pipe(
  Command.withDescription(
    "The engine for AI sales conversations that you can prove and run again. It works on the database of DATABASE_URL, or on the embedded one in CENTURION_DIR (./.centurion)."
  ),
  Command.withSubcommands([
    startCommand,
    chatCommand,
    demoCommand,
    deliverCommand,
    eventsCommand,
    replayCommand,
    queryCommand,
    tableCommand,
    analystsCommand,
    projectionsCommand,
    verifyCommand,
    sealsCommand,
    proveCommand,
    exportCommand,
    importCommand,
    whyCommand,
    migrateCommand,
    backtestCommand,
    shadowCommand,
    companiesCommand,
    eraseCommand,
    holdCommand,
    keysCommand,
    usersCommand,
    jobsCommand,
    doctorCommand,
    databaseCommand,
    benchCommand
  ]),
  Command.withExamples([
    { command: "centurion start", description: "Run the server and the chat page" },
    { command: "centurion events demo -f", description: "Watch all that happens at a company" },
    { command: "centurion verify", description: "Prove that nothing was altered" }
  ])
)
