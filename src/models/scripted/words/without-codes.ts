const phone =
  /\+\d[\d ().-]{6,}\d|\(\d{2,3}\)\s*\d{4,5}[- ]?\d{4}\b|\b\d{2}[ -]\d{4,5}[- ]\d{4}\b|\b\d{4,5}-\d{4}\b/gu
const paper = /\b\d{3}\.\d{3}\.\d{3}-\d{2}\b|\b\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}\b|\b\d{5}-\d{3}\b/gu
const labelled =
  /\b(?:cpf|cnpj|cep|rg|tel(?:efone)?|fone|phone|call me (?:at|on)|celular|pedido|order|protocolo|sala|loja|room|apto|ramal|numero|number)\s*(?:e|is|es|at|n[o.º]?|#|:)*\s*\d[\d./ -]*/gu
const link = /\bhttps?:\/\/\S+|\bwww\.\S+|(?<!\S)[^\s@]{1,64}@[^\s@]{1,250}/gu
const clock = /\b\d{1,2}:\d{2}\b|\b\d{1,2}\s?[ap]m\b/gu
/** Around the clock, and not the 24th of July. */
const always = /(?<!\b(?:dia|em|ate|el|on|de)\s)\b24\s?[/x]\s?7\b(?!\/)/gu

const codes = [link, phone, paper, labelled, clock, always]

/** The folded text with spaces where digits count nothing: phones, documents, links, times of the day. */
export const withoutCodes = (folded: string): string =>
  codes.reduce((text, pattern) => text.replaceAll(pattern, (found) => "_".padEnd(found.length)), folded)
