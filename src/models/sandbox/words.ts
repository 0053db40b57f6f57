/** Words that carry no topic. */
const STOP_WORDS = new Set(
  (
    'a about after again all already also always am an and any are as asks at be because been before being both but by can ' +
    'come could customer customers did do does done each either else etc even ever every few for from further get gets give ' +
    'given gives go goes got had has have he her here him his how however i if in into is it its just kind know let like ' +
    'look made make makes many may me mention mentions might more most much must my need never no not now of off on once ' +
    'one only or other our out over own own per please put rather really said same say says see she should since so some ' +
    'somebody someone something still such take than that the their them then there these they thing this those though ' +
    'through to together too two under until up upon us use used uses using very was way we well were what when where ' +
    'whether which while who whose why will with within without would yes yet you your ' +
    'answer answers category class classify input label labels labelled message messages reply reported text ticket tickets ' +
    'treat treated word words talk talks counts count belongs describes wants want writes instead'
  ).split(' '),
);

const ENDINGS = [
  'ations',
  'ation',
  'ments',
  'ment',
  'ings',
  'ing',
  'ied',
  'ies',
  'ed',
  'ers',
  'er',
  'es',
  's',
  'ly',
  'e',
  'y',
];
const SHORTEST_STEM = 3;

/** A word without its ending, so that "cancelled", "cancelling" and "cancellation" are the same. */
export function stem(word: string): string {
  const plain = word.toLowerCase().replace(/['’]s$|['’]/g, '');
  const ending = ENDINGS.find((each) => plain.endsWith(each) && plain.length - each.length >= SHORTEST_STEM);
  const cut = ending ? plain.slice(0, -ending.length) : plain;
  return cut.replace(/([b-df-hj-np-tv-z])\1$/, '$1');
}

/** The words of a text, in lower case, in order. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
}

/** Words that carry the topic of a text, in order of appearance, each once. */
export function topicWords(text: string): string[] {
  return [...new Set(wordsOf(text))].filter(
    (word) => word.length > 2 && !STOP_WORDS.has(word) && !/^\d+$/.test(word),
  );
}

/**
 * What the stand-in knows of the world: ways of saying the same thing. The same patterns are looked for in a rule of the
 * prompt and in the input, so that a rule works in other words than the input's.
 */
const CONCEPTS: Readonly<Record<string, RegExp>> = {
  charge:
    /\b(charg\w*|(re|over)?bill(ed|ing|s)?\b|debit\w*|deduct\w*|payments?|paid|pays?|took (the )?money|money taken|taken from)/g,
  cancel:
    /\b(cancel\w*|terminat\w*|unsubscrib\w*|(ended|closed|stopped) (my|our|the) (plan|subscription|account)|downgrad\w*)/g,
  login:
    /\b(log(ged|ging)?[ -]?(in|on)\b|logins?|sign(ed|ing)?[ -]?in\b|passwords?|passcodes?|2fa|two-factor|credentials?|authenticat\w*|verification codes?)/g,
  malfunction:
    /\b(errors?|fail\w*|broken|breaks|crash\w*|freez\w*|froze\w*|bugs?|bugg\w*|malfunction\w*|defect\w*|technical (fault|problem|issue)s?|blank|spin(s|ning)|nothing happens|(does|do|did|is|are)(n['’]t| not) (work|load|respond|open|arriv|sav)\w*|never (arriv|com|load|finish)\w*|stop(s|ped)? working|not working|40[34]|50\d)/g,
  missing:
    /\b(no way (to|of)|there is no\b|there['’]s no\b|(still )?no option|(can|could)(not|n['’]t| not) (find|see) (a|an|any)\b|(does|do)(n['’]t| not) (yet )?(have|offer|support|exist)|not (yet )?(possible|supported|available|offered|exist\w*)|isn['’]t (possible|supported|available)|lack(s|ing)?|missing (capabilit|function|feature|option)\w*|wish\w*|new (capabilit|function|feature|option)\w*|cannot do|can['’]t do|does not do|add support|functionality)/g,
  details:
    /\b((chang|updat|correct|edit|amend|replac|switch)\w*[^.!?\n]{0,40}?\b(address|name|details?|email|e-mail|contact|vat (number|id)|company|data)|(contact|company|account|personal|profile|invoice) (details|data)|change of (address|name|details))/g,
  presales:
    /\b(pre-?sales?|prospect\w*|considering|evaluating|thinking (of|about) (buying|signing|switching|moving)|before (we|i|they|you)? ?(buy\w*|sign\w*|decid\w*|commit\w*|purchas\w*)|not (yet )?(a )?customers?( yet)?|students?|schools?|charit\w*|non-?profits?|discounts?|educational|enquir\w*|inquir\w*)/g,
};

/**
 * What a text is about: concepts (as `#name`) and the stems of the words outside them.
 */
export function topics(text: string): Set<string> {
  let rest = text.toLowerCase();
  const found = new Set<string>();
  for (const [name, pattern] of Object.entries(CONCEPTS)) {
    const without = rest.replace(pattern, ' ');
    if (without !== rest) found.add(`#${name}`);
    rest = without;
  }
  for (const word of topicWords(rest)) found.add(stem(word));
  return found;
}
