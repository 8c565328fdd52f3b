import type { ConversationSettings } from "../../machines/conversation/events.ts"
import type { Company, CompanyFile, CompanyLines, CompanyStatus } from "./company.ts"

const hour = 3_600_000
const office = { fromMinute: 9 * 60, toMinute: 18 * 60 }

/** How conversations go where the company says nothing. */
export const defaultConversation: ConversationSettings = {
  turnClosureMs: 8000,
  typing: { charactersPerMinute: 900, minMs: 1000, maxMs: 6000 },
  followUpAfterMs: [24 * hour, 72 * hour],
  timeZone: "America/Sao_Paulo",
  businessHours: [null, office, office, office, office, office, null],
  approveFirstContact: false,
  returnToAiAfterMs: 0,
  closeAfterMs: 7 * 24 * hour
}

const defaultLines: CompanyLines = {
  greeting: {
    pt: "Aqui é {agent}, assistente virtual de {company}.",
    en: "This is {agent}, the virtual assistant of {company}.",
    es: "Soy {agent}, asistente virtual de {company}."
  },
  firstContact: {
    pt: "Vi que você deixou seu contato com a gente e queria entender como podemos ajudar.",
    en: "You left your contact with us, and I would like to understand how we can help.",
    es: "Nos dejaste tu contacto y me gustaría entender cómo podemos ayudarte."
  },
  handOver: {
    pt: "Vou passar a conversa para uma pessoa da equipe, que continua com você por aqui.",
    en: "I'm passing our conversation to a person of the team, who will go on with you here.",
    es: "Paso la conversación a una persona del equipo, que sigue contigo por aquí."
  }
}

/** A day that costs more than this much of its share of the month is warned of. */
const defaultWarnAtPercent = 120

/** Fills in what a company's file leaves out. */
export const completeCompany = (
  file: typeof CompanyFile.Type,
  status: CompanyStatus = "active"
): Company => ({
  id: file.id,
  name: file.name,
  language: file.language ?? "pt",
  agent: file.agent ?? { id: "sdr", name: "Lia" },
  conversation: { ...defaultConversation, ...file.conversation },
  qualification: file.qualification ?? { criteria: [], threshold: 70 },
  faq: file.faq ?? [],
  lines: { ...defaultLines, ...file.lines },
  ...(file.retentionDays === undefined ? {} : { retentionDays: file.retentionDays }),
  instances: file.instances ?? [],
  ...(file.budgets === undefined
    ? {}
    : { budgets: { warnAtPercent: defaultWarnAtPercent, ...file.budgets } }),
  status
})
