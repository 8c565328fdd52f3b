const no =
  /^(?:(?:ah|hum|olha|bom|bem|well|pues|bueno|oh|uh|hmm)[\s,.]+)*(?:(?:claro|isso|eu|sou eu|acho|yo|soy yo|of course|certainly|definitely|absolutely|sure|i do|i am|com certeza) (?:que )?(?:nao|no|not)|nao sou|no soy|i'm not|i am not|i don't|i do not|acho que nao|creio que nao|penso que nao|por enquanto nao|ainda nao|agora nao|infelizmente nao|nao|nada disso|negativo|nunca|nem|n|i don'?t think so|i do not think so|not really|not yet|not at all|not now|unfortunately not|nope|nah|no|never|creo que no|pienso que no|todavia no|aun no|para nada|de ninguna manera|tampoco|jamas)(?![\p{L}\p{N}'])/u
const yes =
  /^(?:(?:ah|hum|olha|bom|bem|well|pues|bueno|oh|uh|hmm)[\s,.]+)*(?:acho que sim|creio que sim|com certeza|sem duvida|claro|sim|ss|s|isso|isso mesmo|exato|exatamente|certo|positivo|aham|uhum|pode ser|sou eu|eu mesm[oa]|eu sim|tenho sim|temos sim|sou|eu|i think so|i guess so|of course|for sure|definitely|absolutely|certainly|sure|yes|yeah|yep|yup|y|right|correct|exactly|indeed|i do|i am|it's me|that's me|that would be me|me|creo que si|por supuesto|desde luego|claro que si|asi es|si|exacto|correcto|soy yo|yo mism[oa]|yo)(?![\p{L}\p{N}'])/u
const thumbsUp = /^[\s]*(?:👍|✅|👌)/u
const thumbsDown = /^[\s]*(?:👎|❌)/u
/** Neither, though it begins like one. */
const unsure =
  /\b(?:nao sei|nao tenho certeza|i don'?t know|not sure|no idea|no se\b(?! puede)|no estoy segur|mais ou menos|depende|depends|talvez|maybe|perhaps|tal vez|quiza|quizas|more or less|no momento\b(?! nao)|no lo se)/u
const inTheEnd = /(?:^|[\s,.])(?:acho que|creio que|creo que)\s+(sim|si|nao|no)[\s.!]*$/u
const spanishIf = /^si\s+(?:es|fuera|tienen|puede|pueden|hay|me|no)\b/u

/** True for a yes, false for a no, also hedged ("acho que sim", "not really"); undefined when it is neither. */
export const understandYesNo = (folded: string): boolean | undefined => {
  const text = folded.replace(/^[\s¡¿"'(]+/u, "")
  if (thumbsUp.test(text)) return true
  if (thumbsDown.test(text)) return false
  if (unsure.test(text) || spanishIf.test(text)) return undefined
  if (no.test(text)) return false
  if (yes.test(text)) return true
  const last = inTheEnd.exec(text)?.[1]
  return last === undefined ? undefined : last === "sim" || last === "si"
}
