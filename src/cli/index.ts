import * as Command from "effect/cli/Command"
import { actorsCommand } from "./actors/command.ts"
import { analystsCommand } from "./analysts/command.ts"
import { backtestCommand } from "./backtest/command.ts"
import { benchCommand } from "./bench/command.ts"
import { chatCommand } from "./chat/command.ts"
import { companiesCommand } from "./companies/command.ts"
import { databaseCommand } from "./database/command.ts"
import { deliverCommand } from "./deliver/command.ts"
import { demoCommand } from "./demo/command.ts"
import { doctorCommand } from "./doctor/command.ts"
import { eraseCommand } from "./erase/command.ts"
import { eventsCommand } from "./events/command.ts"
import { exportCommand } from "./export/command.ts"
import { holdCommand } from "./hold/command.ts"
import { importCommand } from "./import/command.ts"
import { jobsCommand } from "./jobs/command.ts"
import { keysCommand } from "./keys/command.ts"
import { migrateCommand } from "./migrate/command.ts"
import { projectionsCommand } from "./projections/command.ts"
import { proveCommand } from "./prove/command.ts"
import { queryCommand } from "./query/command.ts"
import { replayCommand } from "./replay/command.ts"
import { sealsCommand } from "./seals/command.ts"
import { shadowCommand } from "./shadow/command.ts"
import { startCommand } from "./start/command.ts"
import { tableCommand } from "./table/command.ts"
import { usersCommand } from "./users/command.ts"
import { verifyCommand } from "./verify/command.ts"
import { whyCommand } from "./why/command.ts"

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
    actorsCommand,
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
