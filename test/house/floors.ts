import type { Arrow } from "./source-files.ts"

/** The floors of `src`, from the lowest: a room may import what stands lower, and its own. A file may be a room. */
export const floors: Readonly<Record<string, ReadonlyArray<string>>> = {
  settings: ["settings", "version.ts"],
  adapters: ["channels", "models", "redis", "pglite", "telemetry"],
  app: [
    "companies",
    "accounts",
    "inbox",
    "handlers",
    "privacy",
    "seals",
    "explain",
    "resources",
    "queries",
    "live"
  ],
  "list of settings": ["config.ts"],
  transport: ["http"],
  faces: ["api", "control"],
  wiring: ["wiring"],
  doors: ["cli", "demo", "main.ts"]
}

/** What may look sideways, each with its reason in ARCHITECTURE.md; the doors for people may look at each other. */
export const sideways: ReadonlySet<string> = new Set([
  "handlers → companies",
  "inbox → companies",
  "privacy → companies",
  "resources → accounts",
  "live → accounts",
  "live → companies",
  "live → resources"
])

/** The doors for people: nobody imports them, and they may look at each other. */
export const doors: ReadonlySet<string> = new Set(floors.doors)

const floorNames = Object.keys(floors)

/** The room of a path from the root: `http` of `src/http/chat/visitors.ts`; undefined outside of `src`. */
export const roomOf = (path: string): string | undefined => {
  const [top, room] = path.split("/")
  return top === "src" ? room : undefined
}

const floorOf = (room: string): number => floorNames.findIndex((name) => floors[name]!.includes(room))

/** Why an arrow may not be; undefined where it may. */
export const wrongArrow = ({ from, to }: Arrow): string | undefined => {
  const room = roomOf(from)
  const other = roomOf(to)
  if (room === undefined || other === undefined || room === other) return undefined
  for (const each of [room, other])
    if (floorOf(each) === -1) return `${each} stands on no floor: say in test/house/floors.ts on which`
  const [floor, otherFloor] = [floorOf(room), floorOf(other)]
  if (otherFloor < floor || doors.has(room)) return undefined
  if (otherFloor > floor)
    return `${room} (${floorNames[floor]}) looks up to ${other} (${floorNames[otherFloor]})`
  return sideways.has(`${room} → ${other}`)
    ? undefined
    : `${room} looks sideways to ${other} (${floorNames[floor]})`
}

/** Circles among rooms, as `a → b → a`; each is found once. */
export const circlesOf = (arrows: ReadonlyArray<Arrow>): ReadonlyArray<string> => {
  const next = new Map<string, Set<string>>()
  for (const { from, to } of arrows) {
    const [room, other] = [roomOf(from), roomOf(to)]
    if (room === undefined || other === undefined || room === other) continue
    next.set(room, (next.get(room) ?? new Set()).add(other))
  }
  const circles = new Map<string, string>()
  const walk = (way: ReadonlyArray<string>): void => {
    for (const room of next.get(way.at(-1)!) ?? []) {
      const start = way.indexOf(room)
      const circle = way.slice(start)
      if (start === -1) walk([...way, room])
      else circles.set([...circle].sort().join(), fromFirst(circle))
    }
  }
  for (const room of next.keys()) walk([room])
  return [...circles.values()].sort()
}

/** A circle told from its first room in the alphabet. */
const fromFirst = (circle: ReadonlyArray<string>): string => {
  const first = circle.indexOf([...circle].sort()[0]!)
  const told = [...circle.slice(first), ...circle.slice(0, first)]
  return [...told, told[0]!].join(" → ")
}
