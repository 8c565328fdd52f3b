/** Any JSON value. Strings hold no NUL and no lone surrogate: Postgres stores neither. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

/** A JSON object: the shape of every event's data. */
export type JsonObject = { readonly [key: string]: Json }
