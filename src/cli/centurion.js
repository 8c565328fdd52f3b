#!/usr/bin/env node
// In plain JavaScript, so that an older Node can read this far and say what is missing.

const neededMajor = 24

if (Number(process.versions.node.split(".")[0]) < neededMajor) {
  process.stderr.write(
    `Centurion runs on Node ${neededMajor} or newer, and this is ${process.version}: install Node ${neededMajor}, or run \`npm ci\` without --omit=dev, which brings it.\n`
  )
  process.exit(1)
}

await import("./main.ts")
