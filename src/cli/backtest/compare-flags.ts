import * as Flag from "effect/cli/Flag"

const several = (flag: Flag.Flag<string>) => Flag.between(flag, 0, 50)

/** What `backtest` and `shadow` take alike: the candidate, and which streams count. */
export const compareFlags = {
  against: Flag.String("against").pipe(
    Flag.withDescription(
      "The candidate: a module that exports the machine (file.ts, file.ts#name), or a version of the list; default current"
    ),
    Flag.withMetavar("module|version"),
    Flag.withDefault("current")
  ),
  set: several(
    Flag.String("set").pipe(
      Flag.withDescription(
        "Give the candidate this value instead of the recorded one; may be given more than once"
      ),
      Flag.withMetavar("path=value")
    )
  ),
  recordedBy: Flag.String("recorded-by").pipe(
    Flag.withDescription("The machine that took the recorded steps, when its version is not listed any more"),
    Flag.withMetavar("module"),
    Flag.optional
  ),
  ignore: several(
    Flag.String("ignore").pipe(
      Flag.withDescription(
        "No difference: state, a fact, job or message by name, or a field, as LeadScored.open"
      ),
      Flag.withMetavar("name")
    )
  ),
  company: Flag.String("company").pipe(Flag.withDescription("Only this one; default all"), Flag.optional),
  having: several(
    Flag.String("having").pipe(
      Flag.withDescription("Only actors whose history holds an event of this type"),
      Flag.withMetavar("type")
    )
  ),
  where: several(
    Flag.String("where").pipe(
      Flag.withDescription("Only actors that started with this value in their input, as channel=webChat"),
      Flag.withMetavar("path=value")
    )
  ),
  show: Flag.Int("show").pipe(
    Flag.withDescription("First divergences to show; default 5"),
    Flag.withMetavar("n"),
    Flag.withDefault(5)
  ),
  failAbove: Flag.String("fail-above").pipe(
    Flag.withDescription("Exit code 1 when more diverge: a share of the compared actors, as 5%, or a count"),
    Flag.withMetavar("share|count"),
    Flag.optional
  )
}
