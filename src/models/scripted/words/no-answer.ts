/**
 * Why a sentence answers no open question: it asks back, puts us off, says no, came to the wrong person, is a mere
 * reaction, or tells who somebody is.
 */
export type NoAnswer =
  | "asksBack"
  | "asksWho"
  | "notNow"
  | "refusal"
  | "wrongNumber"
  | "reaction"
  | "introduction"

const softly =
  "(?:[\\s,.!]+(?:nada|mais|isso|agora|no momento|por enquanto|por ora|obrigad[oa]|obg|valeu|nao|mesmo|ok|ta|viu|de nada|em nada|nenhum|thanks|thank you|now|right now|at the moment|anymore|any more|it|anything|at all|gracias|ahora|por ahora|en este momento|hoje|today|hoy|amigo|moca?|de voces|pra mim|for me|por favor|please|porfa))*[\\s.!?,]*$"
const opening =
  "^(?:(?:oi|ola|ah|olha|entao|bom|hi|hello|hola|sorry|desculp[ae]|perdon|mas|but|pero|ja (?:falei|disse) que|eu|i|yo|e que|na verdade|obrigad[oa]|thanks|gracias|nossa|puxa|so que|ok)[\\s,.!]+)*"
const whole = (words: string) => new RegExp(`${opening}(?:${words})(?:[\\s,.!]+(?:${words}))*${softly}`, "u")

const asksBack: ReadonlyArray<RegExp> = [
  whole(
    "quem|como assim|como e que e|como\\?*|(?:o )?que\\?*|oi\\?*|hein|ha\\?|hum\\?|que pergunta(?: e essa)?|qual (?:era |e )?(?:a )?pergunta|repete|repita|pode repetir|explica(?: melhor)?|explique(?: melhor)?|me explica(?: melhor)?|pode explicar(?: melhor)?|what|huh|pardon|come again|say (?:that )?again|what question|meaning|como asi|que pregunta|repite|puedes (?:repetir|explicar)|explicate|duvida|tenho (?:uma )?duvidas?"
  ),
  new RegExp(
    `${opening}(?:nao|n) (?:entendi|compreendi|saquei|captei|to entendendo|estou entendendo|ficou claro)\\b(?!.*\\b(?:preciso|quero)\\b)`,
    "u"
  ),
  /\b(?:o que|que) (?:e que )?(?:voces?|vcs?|tu) (?:quer(?:em)?|quis|ta querendo) (?:dizer|saber|de mim)\b/u,
  /\bwhat (?:do|did) you mean\b|\bi (?:don'?t|do not|didn'?t|did not) (?:understand|get it|get that|get the|follow)\b|\b(?:can|could) you (?:repeat|explain|rephrase|clarify)\b|^(?:sorry|pardon)\?*$/u,
  /^(?:(?:perdon|disculpa|hola)[\s,]+)?no (?:entiendo|entendi|comprendo|te entiendo)\b|\b(?:que quieres decir|a que te refieres|que quiere decir)\b/u
]

const asksWho =
  /\bquem (?:e|eh|sao|seria|fala|ta falando|esta falando)(?: (?:voces?|vcs?|ai|comigo|que fala))?\s*\??$|\bcomo (?:voces |vcs )?(?:conseguiram|pegaram|acharam|tem|obtiveram) (?:o )?meu (?:numero|contato|telefone|whats)|\b(?:isso )?e (?:um )?golpe\b|\bwho (?:is this|are you|dis)\b|\bis this a scam\b|\bhow did you get my (?:number|contact)|\bquien (?:es|eres|habla)\b|\bcomo (?:consiguieron|tienen) mi (?:numero|contacto)|\bes (?:una )?estafa\b|^(?:(?:isso )?e (?:um |uma )?(?:robo|bot|pessoa|humano|ia)|(?:voce|vc) e (?:um |uma )?(?:robo|bot|pessoa|humano|ia))\b/u

const notNow: ReadonlyArray<RegExp> = [
  whole(
    "agora nao(?: posso| da| dá| consigo)?|hoje nao(?: posso| da)?|mais tarde|depois|outra hora|outro dia|outro momento|um momento|um minuto|um instante|so um (?:momento|minuto|instante|segundo)|pera(?:i| ai)?|espera(?: ai)?|aguarde|ja volto|ja te (?:falo|respondo|chamo)|sem tempo|not now|not today|later|maybe later|one (?:sec|second|moment|minute)|hold on|wait|brb|busy|ahora no(?: puedo)?|hoy no(?: puedo)?|luego|mas tarde|despues|un momento|un minuto|espera|otro dia|otro momento"
  ),
  /\b(?:to|estou|tou|estamos|tava) (?:dirigindo|em (?:uma )?reuniao|no transito|ocupad[oa]s?|no trabalho|trabalhando|em atendimento|sem tempo|na rua|corrid[oa]|viajando|em viagem|de ferias|no medico|almocando)\b/u,
  /\bnao (?:posso|consigo|da pra|da para|vou poder) (?:te )?(?:falar|responder|conversar|atender|ver isso)(?: (?:agora|hoje|no momento|por aqui)|[\s.!,]*$)|\bnao e (?:um )?bom momento\b/u,
  /\b(?:te |lhe |a gente |eu |nos )?(?:respondo|falo|chamo|retorno|aviso|escrevo|mando|vejo|olho|converso|conversamos|falamos|se fala|penso|pensar) (?:com (?:voce|calma) )?(?:depois|mais tarde|amanha|outra hora|outro dia|em breve|logo|ja ja|semana que vem|a noite)\b|\bdepois (?:eu |te |a gente |nos |lhe )*(?:respondo|falo|chamo|vejo|conversamos|conversa|fala|falamos|retorno|olho)\b/u,
  /\b(?:i'?m|i am|am) (?:busy|driving|in a meeting|at work|on a call|traveling|travelling|on vacation)\b|\b(?:i'?ll|i will|let me) (?:get back|call you|reply|answer|write|text you|let you know|think|check|talk).*\b(?:later|tomorrow|soon|to you|back|about it)\b|\bnot a good time\b|\bcan'?t (?:talk|answer|reply|chat)\b|\bgive me a (?:minute|moment|sec)/u,
  /\bestoy (?:ocupad[oa]|manejando|conduciendo|en (?:una )?reunion|trabajando|de viaje|de vacaciones)\b|\bno puedo (?:hablar|responder|contestar|ahora)\b|\b(?:te|les|le) (?:respondo|escribo|aviso|hablo|llamo|contesto) (?:despues|luego|mas tarde|manana|pronto)\b|\b(?:despues|luego) (?:te|les|le|hablamos|vemos)\b|\bno es (?:un )?buen momento\b/u,
  /\b(?:vou|deixa eu|preciso|quero|deixe-me) pensar\b|\blet me think\b|\bvoy a pensarlo\b|\bdejame pensar/u
]

const refusal: ReadonlyArray<RegExp> = [
  whole(
    "nao|nao quero|nao,? (?:muito )?obrigad[oa]|obrigad[oa],? mas nao|nao preciso(?: de nada)?|nao precisa|dispenso|deixa (?:pra la|para la|quieto)|esquece|desisti|nao vai rolar|nao rola|nao da|nao faz sentido(?: pra mim)?|nem|so (?:estou |to |estava |tava )?(?:olhando|curiosidade|pesquisando|vendo|dando uma olhada|curioso|por curiosidade)|no|no,? thanks|no,? thank you|nope|nah|i'?m good|i (?:don'?t|do not) (?:need|want)|(?:i'?m |am )?just (?:browsing|looking|curious|checking)(?: around)?|never ?mind|forget it|i'?ll pass|pass|no quiero|no,? (?:muchas )?gracias|no necesito(?: nada)?|solo (?:estoy )?(?:mirando|curiosidad|viendo)|olvidalo|dejalo|ya no"
  ),
  /\b(?:nao (?:tenho|temos|tem|ha)|sem) (?:mais |muito |nenhum )?interesse\b(?! em \p{L}+ (?!obrigad))|\bnao (?:me|nos) interess\p{L}+|\bnao (?:estou|estamos|to|tou) (?:mais |muito )?interessad\p{L}+|\bnot (?:really |that )?interested\b|\bno interest\b|\bno (?:me|nos) interesa\b|\bno (?:estoy|estamos) interesad\p{L}+|\bno (?:tengo|tenemos) interes\b|\bsin interes\b/u
]

const wrongNumber =
  /\b(?:numero|pessoa|contato) errad[oa]\b|\bwrong (?:number|person|guy)\b|\bnumero equivocad[oa]\b|\b(?:persona|contacto) equivocad[oa]\b|\b(?:foi|e|deve ser|acho que e|acho que foi) (?:um )?engano\b|\bme confundiu com\b|\bse equivoc\p{L}+ de (?:numero|persona)\b|\bmistaken me for\b|\b(?:esse|este) (?:numero|telefone|whats\p{L}*) nao (?:e|eh) (?:d[eoa]|mais d[eoa])\b|\bnao conheco (?:nenhum[a]? |ess[ea] )|\baqui nao (?:e|tem) (?:d[oa] |a |o |nenhum[a]? )/u
/** The lead writes its own number anew; that is no end. */
const ownNumber = /\b(?:passei|dei|mandei|coloquei|digitei|i gave|di|puse) (?:o |um |you |the |el |a )?/u

const reaction: ReadonlyArray<RegExp> = [
  whole(
    "nossa|caramba|uau|wow|oh wow|puxa|eita|serio|sei|hm+|interessante|que (?:legal|bom|otimo|massa|caro|pena|rapido|demora|interesting|bueno|caro|rapido)|(?:ta |esta |e |muito |bem |meio |achei |that'?s |it'?s |too |very |so |es |muy |esta )*(?:caro|cara|car[oa] demais|salgado|expensive|pricey|too much|barato|cheap|legal|bom|boa|ruim|nice|good|bad|great|bueno|malo|complicado|dificil)|teste|testando|test|testing|prueba|nada|nothing|tudo|qualquer coisa|sei la|tanto faz|whatever|blz|joia|top|massa"
  ),
  /🙄|\((?:ironi\p{L}+|sarcas\p{L}+)\)/u,
  /\banother (?:chat)?bot\b|\bmais um (?:robo|bot|chatbot)\b|\botro (?:robot|bot)\b|\b(?:que|what an?|nossa,? que) atendimento\b|^(?:que|qué) (?:rapido|lento) \p{L}+/u
]
const request =
  /^(?:(?:oi|ola|hi|hello|hola|por favor|please|me|pode(?:m)?|can you|puedes|quero|queria|gostaria de|i want to|quiero|voces|vcs)[\s,!]+)*(?:manda\p{L}*|envi[ae]\p{L}*|passa\p{L}*|mostra\p{L}*|send|show|tell|saber|ver|know|see|conhecer) (?:me |us |mais |more |mas |o |a |os |as |the |seu |sua |your |uma |um |sobre |about |detalhes|details)*(?:informac\p{L}+|info\p{L}*|detalhes|details|detalles|precos?|prices?|pricing|precios?|valor(?:es)?|catalogo|catalogue|site|link|pdf|proposta|proposal|propuesta|video|material|apresentacao|demo\p{L}*|mais|more|mas)\b/u
const command =
  /^\s*[/!#]\p{L}[\p{L}\p{N}_]*(?:@\S+)?\s*$|^(?:voltar|menu|sair|start|stop|inicio|help|ajuda|ayuda|continuar|reset|volver)[\s.!]*$/u
const introduction =
  /^(?:(?:oi|ola|hi|hello|hola|bom dia|boa tarde)[\s,!]+)*(?:(?:o )?meu nome (?:e|eh)|me chamo|aqui (?:e|quem fala e) (?:o|a)|my name is|this is|mi nombre es|me llamo|soy|sou (?:o|a)) (?:\p{L}+ ?){1,4}[.!]*$|^\s*(?:(?:meu |my |mi )?(?:e-?mail|email|correo)\s*(?:e|is|es|:)*\s*)?[^\s@]{1,64}@[^\s@]+\s*$|^[\s+\d().-]+$/u
const language =
  /^(?:(?:please|por favor|pode|can you|puedes|i|eu|yo|prefer|prefiro|prefiero|fala|falar|speak|habla|hablar|em|in|en|only|so|solo|mas|but|pero|gracias|thanks)[\s,]+)*(?:portugues|portuguese|ingles|english|espanol|espanhol|spanish|castellano)[\s,.!?]*(?:please|por favor|only)?[\s.!?]*$/u

const some = (patterns: ReadonlyArray<RegExp>, folded: string) =>
  patterns.some((pattern) => pattern.test(folded))

/** Why a folded sentence is no answer to an open question; undefined for what may be one. */
export const whyNoAnswer = (folded: string): NoAnswer | undefined => {
  const text = folded.replaceAll(/[^\p{L}\p{N}\p{P}\s🙄+]/gu, " ").trim()
  if (wrongNumber.test(text) && !ownNumber.test(text)) return "wrongNumber"
  if (asksWho.test(text)) return "asksWho"
  if (some(asksBack, text)) return "asksBack"
  if (some(notNow, text)) return "notNow"
  if (some(refusal, text)) return "refusal"
  if (introduction.test(text)) return "introduction"
  return some(reaction, text) || request.test(text) || command.test(text) || language.test(text)
    ? "reaction"
    : undefined
}
