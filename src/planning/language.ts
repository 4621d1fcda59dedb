// Owns telling whether prose is English: rules read English words, and must not pretend to have read others.

/** Small words that nearly every sentence of a language has; none stands in the English list and another. */
const ENGLISH = words(
  'the and is are was were this that with for not but when which should would does have has been from you your it its of to be by if then than after before there their they we can could into',
)
const OTHERS: readonly (readonly [string, ReadonlySet<string>])[] = [
  [
    'German',
    words(
      'der die das und ist sind nicht ein eine einen mit für auf dem den des wenn wird werden auch sich bei nach aber sollte kann zu von im beim',
    ),
  ],
  [
    'French',
    words(
      'le la les des est sont une dans pour pas avec sur qui que lorsque cette ce ces du au aux mais doit être nous vous il elle et',
    ),
  ],
  [
    'Spanish',
    words('el los las es son una para con por que del al cuando pero esta este debe se su como más y en un'),
  ],
  [
    'Portuguese',
    words('os as um uma para com por que do da dos das quando mas esta este deve não em ao são como e'),
  ],
  [
    'Italian',
    words(
      'il lo gli un una per con che del della dei quando ma questo questa deve non sono nel alla come di',
    ),
  ],
  ['Dutch', words('het een en is niet van voor met op dat deze wordt als maar moet zijn bij naar ook kan')],
  ['Polish', words('nie jest się na do to że w z i jak ale po przez powinno gdy dla tego')],
]
/** Fewer words than this say too little about their language: a one-line task of names and versions is taken as it is. */
const FEWEST_WORDS = 8

export interface LanguageGuess {
  english: boolean
  /** `German`, or a script such as `Han`; `English` when nothing speaks against it. */
  name: string
}

export function guessLanguage(prose: string): LanguageGuess {
  const text = prose.replaceAll(/^\s*(`{3,}|~{3,})[\s\S]*?^\s*\1.*$/gm, ' ').replaceAll(/`[^`\n]*`/g, ' ')
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0
  if (letters >= 4 && latin / letters < 0.6) return { english: false, name: scriptOf(text) }
  const all = text.toLowerCase().match(/\p{L}+/gu) ?? []
  if (all.length < FEWEST_WORDS) return { english: true, name: 'English' }
  const share = (known: ReadonlySet<string>) => all.filter((word) => known.has(word)).length / all.length
  const english = share(ENGLISH)
  const best = OTHERS.map(([name, known]) => ({ name, share: share(known) })).toSorted(
    (a, b) => b.share - a.share,
  )[0]
  // A second language has to be clearly ahead: code words and names blur both.
  if (best !== undefined && best.share > 0.12 && best.share > english * 1.5) {
    return { english: false, name: best.name }
  }
  return { english: true, name: 'English' }
}

function scriptOf(text: string): string {
  const scripts = ['Han', 'Hiragana', 'Cyrillic', 'Arabic', 'Hebrew', 'Hangul', 'Devanagari', 'Greek', 'Thai']
  const counted = scripts.map((script) => ({
    script,
    count: text.match(new RegExp(`\\p{Script=${script}}`, 'gu'))?.length ?? 0,
  }))
  const most = counted.toSorted((a, b) => b.count - a.count)[0]
  return most === undefined || most.count === 0 ? 'another script' : `${most.script} script`
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '))
}
