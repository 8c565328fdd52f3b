import { scripted } from "./scripted/scripted.ts"

/** Every kind of model there is; the first that is set up writes. A new one is a folder and a line here. */
export const modelKinds = [scripted] as const
