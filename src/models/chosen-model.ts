import * as Layer from "effect/Layer"
import { isSwitchedOn, type Values } from "../settings/kind.ts"
import { modelKinds } from "./index.ts"
import { LanguageModel } from "./model.ts"

/** The kind of model that writes: the first of the list that is set up; the scripted one always is. */
export const chosenModel = (values: Values): (typeof modelKinds)[number] =>
  modelKinds.find((kind) => isSwitchedOn(kind, values))!

/** That model. */
export const modelLayer = (values: Values) => Layer.effect(LanguageModel, chosenModel(values).make(values))
