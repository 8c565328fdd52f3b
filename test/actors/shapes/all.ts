import { inTheWild } from "./in-the-wild.ts"
import { nesting } from "./nesting.ts"
import { past } from "./past.ts"
import { regions } from "./regions.ts"
import { rules } from "./rules.ts"
import type { Shape } from "./shape.ts"
import { timers } from "./timers.ts"
import { work } from "./work.ts"

/** Every machine that the law of equivalence is held to. */
export const shapes: ReadonlyArray<Shape> = [
  ...nesting,
  ...regions,
  ...past,
  ...timers,
  ...work,
  ...rules,
  ...inTheWild
]
