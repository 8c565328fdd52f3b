import { becomesTrue } from "../../rig/world/program.ts"
import { personWanted } from "./app/echo-model.ts"
import type { ProofDatabase } from "./proof-database.ts"
import { instances, type Stage } from "./stage.ts"
import type { Tokens } from "./tokens.ts"

/** Somebody who writes, and their personal words. */
export interface Person {
  readonly tokens: Tokens
}

const restMaxMs = 120_000
let messages = 0

interface Message {
  readonly instance?: string
  readonly id?: string
  readonly pushName: string
  readonly message: Readonly<Record<string, unknown>>
}

const webhookOf = (phone: string, { instance = instances[0], id, pushName, message }: Message): string =>
  JSON.stringify({
    event: "messages.upsert",
    instance,
    data: {
      key: { remoteJid: `${phone}@s.whatsapp.net`, fromMe: false, id: id ?? `3A${phone}${++messages}` },
      pushName,
      message,
      messageType: Object.keys(message)[0],
      messageTimestamp: Math.floor(Date.now() / 1000)
    },
    sender: `${phone}@s.whatsapp.net`
  })

/** Writes one message; throws unless it was taken. */
const write = async (stage: Stage, { tokens }: Person, message: Message) => {
  const status = await stage.post(webhookOf(tokens.phone, message))
  if (status !== 200) throw new Error(`a webhook of the proof was answered with ${status}`)
}

const words = (...parts: ReadonlyArray<string>) => ({ conversation: parts.join(", ") })

/** Two turns: everything a person says of themselves, and every kind of media. The model repeats all of it. */
export const tellEverything = async (stage: Stage, person: Person): Promise<void> => {
  const t = person.tokens
  const from = { pushName: `${t.firstName} ${t.fullName}` }
  const texts = [
    words("sou", t.fullName, t.motherName, t.childName, t.bossName),
    { extendedTextMessage: { text: [t.email, t.workEmail, t.website, t.otherPhone, t.landline].join("\n") } },
    words(t.street, t.quarter, t.postCode, "e me chamam de", t.firstName),
    words(t.cpf, t.rg, t.plate, t.account, t.pix, t.birthday, t.illness, t.quote, t.emoji, t.sentence)
  ]
  for (const message of texts) await write(stage, person, { ...from, message })
  const media = [
    { imageMessage: { caption: t.caption, mimetype: "image/jpeg" }, mediaUrl: t.mediaUrl },
    { documentMessage: { fileName: t.fileName, mimetype: `application/pdf; name="${t.fileName}"` } },
    {
      locationMessage: { degreesLatitude: -23.5, degreesLongitude: -46.6, name: t.quarter, address: t.street }
    },
    { contactMessage: { displayName: t.cardName, vcard: `BEGIN:VCARD\nTEL:${t.landline}\nEND:VCARD` } }
  ]
  for (const message of media) await write(stage, person, { pushName: t.nickName, message })
  await write(stage, person, { pushName: t.nickName, id: t.messageId, message: words("é isso") })
}

/** By the third account, and the model says in the person's own words why somebody should go on. */
export const askForPerson = (stage: Stage, person: Person): Promise<void> => {
  const { fullName, illness, street } = person.tokens
  const message = words(personWanted, fullName, illness, street)
  return write(stage, person, { instance: instances[2], pushName: fullName, message })
}

/** Nothing is on its way, and no timer is due for a while. */
export const comesToRest = async (stage: Stage, database: ProofDatabase): Promise<void> => {
  const isAtRest = async () => {
    const [row] = await database.admin(
      `select (select count(*) from es.job)::int + (select count(*) from es.message)::int
        + (select count(*) from es.timer where due_at < now() + interval '1 minute')::int,
        (select count(*)::int from es.event where type = 'ReplySent')`
    )
    return row![0] === 0 && Number(row![1]) > 0 && (await stage.isIdle())
  }
  if (!(await becomesTrue(isAtRest, restMaxMs))) throw new Error("the conversations don't come to rest")
}

/** On the second account the provider first refuses a reply for good, then for now; each time it quotes the person. */
export const meetErrors = async (stage: Stage, database: ProofDatabase, person: Person): Promise<void> => {
  const { phone, email, street, fullName } = person.tokens
  const instance = instances[1]
  const count = async (sql: string) =>
    Number((await database.admin(`select count(*)::int from ${sql}`))[0]![0])
  await stage.setFaults({ status: 400, says: `${phone} (${fullName}) has blocked ${email}`, times: 1 })
  await write(stage, person, { instance, pushName: fullName, message: words("outra pergunta", email) })
  const failed = () => count("es.event where type = 'JobFailed'")
  if (!(await becomesTrue(async () => (await failed()) > 0, restMaxMs)))
    throw new Error("the provider's refusal never came")
  await stage.setFaults({
    rateLimitNext: 1000,
    retryAfterSeconds: 3000,
    says: `wait for ${phone}, ${street}`
  })
  await write(stage, person, { instance, pushName: fullName, message: words("e mais uma", street) })
  const inBackoff = () => count("es.job where state = 'pending' and message is not null")
  if (!(await becomesTrue(async () => (await inBackoff()) > 0, restMaxMs)))
    throw new Error("no job is in backoff")
}

/** Webhooks that are refused, each for another reason, and all with personal words in them. */
export const knockInVain = async (stage: Stage, { tokens }: Person): Promise<ReadonlyArray<number>> => {
  const { phone, fullName, sentence, email, street } = tokens
  const good = { pushName: fullName, message: words(sentence, email, street) }
  const data = (JSON.parse(webhookOf(phone, good)) as { readonly data: object }).data
  const bodies = [
    webhookOf(phone, { ...good, instance: email }),
    `{"event": "${sentence}`,
    JSON.stringify({ event: "messages.upsert", instance: "main", data: fullName }),
    JSON.stringify({
      event: "messages.upsert",
      instance: "main",
      data: { ...data, key: { remoteJid: fullName } }
    }),
    JSON.stringify({
      event: "messages.upsert",
      instance: "main",
      data: { ...data, message: { conversation: { sentence } } }
    }),
    JSON.stringify({
      event: "messages.upsert",
      instance: "main",
      data: { ...data, messageTimestamp: street }
    }),
    JSON.stringify({ event: "connection.update", instance: "main", data: { state: fullName, email } })
  ]
  const statuses = [await stage.post(webhookOf(phone, good), { "x-centurion-secret": email })]
  for (const body of bodies) statuses.push(await stage.post(body))
  return statuses
}
