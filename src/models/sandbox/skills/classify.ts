import { hashFraction } from '../../../core/hash.js';
import { asksForBrevity, restrictsAnswer, says, statementsOf, type Reading } from '../reading.js';
import type { Skill } from '../skill.js';
import { topicWords, topics } from '../words.js';
import { labelsOf } from './labels.js';

/** First impressions: what a word alone suggests. Weights are sums of evidence, without unit. */
const IMPRESSIONS: Readonly<Record<string, readonly (readonly [RegExp, number])[]>> = {
  billing: [
    [/\brefund\w*/, 3],
    [/\bcharged?\b|\bcharges\b|\bcharging\b|\bbilled\b/, 2],
    [/\binvoices?\b|\breceipts?\b/, 2.5],
    [/\bpayments?\b|\bpaid\b|\bpay\b/, 2],
    [/\bprices?\b|\bpricing\b|\bcosts?\b|\bfees?\b|\bdiscounts?\b/, 2.5],
    [/\bcredit card\b|\bcard\b|\bvat\b|\bdirect debit\b/, 1.5],
    [/\brenew\w*|\bsubscription\b|\bplan\b/, 0.7],
  ],
  bug: [
    [/\berrors?\b|\bcrash\w*|\bbugs?\b|\b50\d\b|\b404\b/, 3],
    [
      /\bbroken\b|\bfreez\w*|\bfroze\w*|\bfail\w*|\bglitch\w*|\bnot working\b|\bstopped working\b|\bdoesn['’]t work\b/,
      2.5,
    ],
    [/\bblank\b|\bstuck\b|\bspin\w*|\bdisappear\w*|\bduplicat\w*|\bwrong\b|\bnothing happens\b/, 2],
    [/\bcan['’]?t\b|\bcannot\b|\bunable\b|\bno way\b|\bmissing\b|\bwhy can['’]t\b/, 1.8],
    [/\bslow\b|\bload\w*|\bdoesn['’]t\b|\bnever\b/, 1],
  ],
  account: [
    [/\bpasswords?\b|\blog(ged|ging)? ?in\b|\blogins?\b|\bsign(ed|ing)? ?in\b|\b2fa\b|\btwo-factor\b/, 3],
    [/\blocked out\b|\busername\b|\bprofile\b|\bpermissions?\b|\badmin rights\b|\bowner\w*/, 2.5],
    [/\bcancel\w*|\bclosed? my\b|\bdelete my\b/, 2.6],
    [/\baccounts?\b|\bteam ?mates?\b|\bcolleagues?\b|\bseats?\b|\bemail address\b/, 1.5],
  ],
  feature: [
    [/\bfeature\b|\bsuggest\w*|\bwould (be|love)\b|\bit['’]d be\b/, 3],
    [/\bwish\b|\bplease add\b|\bcould you add\b|\bplans? to (add|support)\b|\broadmap\b/, 2.5],
    [/\bsupport for\b|\bintegrat\w*|\bability\b/, 1.5],
  ],
  shipping: [[/\bship\w*|\bdeliver\w*|\bparcel\b|\bpackage\b|\btracking\b|\bcourier\b/, 3]],
  positive: [[/\bgreat\b|\blove[ds]?\b|\bexcellent\b|\bthank\w*|\bhappy\b|\bperfect\b|\bgood\b/, 2]],
  negative: [[/\bbad\b|\bterrible\b|\bhate\w*|\bawful\b|\bangry\b|\bpoor\b|\bworst\b|\bdisappoint\w*/, 2]],
  other: [
    [/\bhiring\b|\bjobs?\b|\bpress\b|\bpartner\w*|\bnewsletter\b|\bconference\b|\boffices?\b|\bthank\w*/, 2],
  ],
};
/** Other names that prompts use for the same labels. */
const ALIASES: Readonly<Record<string, RegExp>> = {
  billing: /^(billing|payments?|invoic\w+|finance|refunds?)/i,
  bug: /^(bugs?|technical|defect|errors?|problem|outage|incident)/i,
  account: /^(accounts?|login|access|profile|user)/i,
  feature: /^(features?|ideas?|requests?|suggestions?|enhancements?)/i,
  shipping: /^(shipping|delivery|logistics)/i,
  positive: /^positive/i,
  negative: /^negative/i,
  other: /^(others?|misc\w*|general|none|neutral|unknown)/i,
};
/** What speaks for the label of last resort when nothing else does. */
const LAST_RESORT = 0.9;
const DEFINITION_WEIGHT = 1.2;
const RULE_WEIGHT = 4;
const CONTRAST_WEIGHT = 2;
/** Share of answers that come bare although nobody asked for it. */
const BARE_BY_LUCK = 0.06;

/** Chooses one of the labels that the prompt names. */
export const classify: Skill = {
  id: 'classify',
  fits({ instruction }) {
    const asked =
      /\b(classif\w+|triage|categori\w+|categor(y|ies)|labels?|route|sort|sentiment|which team)\b/i.test(
        instruction,
      );
    return (asked ? 2 : 0) + (labelsOf(instruction).length >= 2 ? 1 : 0);
  },
  answer(reading, draw) {
    const labels = labelsOf(reading.instruction);
    const label = labels.length > 0 ? choose(reading, labels) : 'General Inquiry';
    return worded(cased(label, reading.instruction), reading, draw);
  },
};

function choose(reading: Reading, labels: readonly string[]): string {
  const evidence = weigh(reading, labels);
  return labels.reduce((best, label) => (evidence.get(label)! > evidence.get(best)! ? label : best));
}

function weigh({ instruction, input }: Reading, labels: readonly string[]): Map<string, number> {
  const text = input.toLowerCase();
  const evidence = new Map(labels.map((label) => [label, firstImpression(label, text)]));
  const seen = topics(input);
  const own = new Set(labels.flatMap((label) => [...topics(label)]));
  for (const statement of statementsOf(instruction)) {
    for (const [label, weight] of ruleEvidence(statement, labels, seen, own, text)) {
      evidence.set(label, evidence.get(label)! + weight);
    }
  }
  return evidence;
}

function firstImpression(label: string, text: string): number {
  const known = Object.entries(ALIASES).find(([, pattern]) => pattern.test(label))?.[0];
  const start = known === 'other' ? LAST_RESORT : 0;
  return (IMPRESSIONS[known ?? ''] ?? []).reduce(
    (sum, [pattern, weight]) => sum + (pattern.test(text) ? weight : 0),
    start,
  );
}

/** What one statement of the prompt says for and against labels, given what the input is about. */
function ruleEvidence(
  statement: string,
  labels: readonly string[],
  seen: ReadonlySet<string>,
  own: ReadonlySet<string>,
  text: string,
): (readonly [string, number])[] {
  const named = labels.filter((label) => statement.search(mention(label)) >= 0);
  if (named.length === 0 || named.length > 3) return [];
  const denied = named.filter((label) => denial(label).test(statement));
  const head = named.find((label) =>
    new RegExp(`^["'\`*“]*${escaped(label)}["'\`*”]*\\s*[:=–—(-]`, 'i').test(statement),
  );
  const meant = head ? [head] : named.filter((label) => !denied.includes(label));
  if (meant.length !== 1) return [];
  const target = meant[0]!;
  const about = [
    ...topics(labels.reduce((rest, label) => rest.replace(mention(label), ' '), statement)),
  ].filter((topic) => !own.has(topic) || isConcept(topic));
  const shared = about.filter((topic) => seen.has(topic));
  const quoted = [...statement.matchAll(/["“`']([^"”`']{3,30})["”`']/g)]
    .map((match) => match[1]!.toLowerCase())
    .filter((phrase) => !labels.some((label) => label.toLowerCase() === phrase));
  const quoteHits = quoted.filter((phrase) => text.includes(phrase)).length;
  const alternatives = /\bany of\b|\bor\b/i.test(statement) && quoted.length > 0;
  const holds = alternatives ? quoteHits > 0 : covers(about, shared);
  const against = (weight: number) =>
    denied.filter((label) => label !== target).map((label) => [label, -weight] as const);
  if (head && denied.length === 0) return [[target, DEFINITION_WEIGHT * Math.min(shared.length, 4)]];
  if (!holds) return [];
  return [[target, RULE_WEIGHT + Math.min(shared.length, 4) / 2], ...against(CONTRAST_WEIGHT)];
}

/** Whether enough of what a rule is about is in the input: two concepts where it joins some, else one; or two words. */
function covers(about: readonly string[], shared: readonly string[]): boolean {
  const concepts = about.filter(isConcept).length;
  if (concepts > 0) return shared.filter(isConcept).length >= Math.min(2, concepts);
  return shared.length >= 2 || (shared.length === 1 && about.length <= 2);
}

function isConcept(topic: string): boolean {
  return topic.startsWith('#');
}

function mention(label: string): RegExp {
  return new RegExp(`(?<![\\w-])${escaped(label)}(?:s|es)?(?![\\w-])`, 'gi');
}

function denial(label: string): RegExp {
  return new RegExp(
    `(?:\\bnot (?:as |a |an |to |under |in )?|\\brather than |\\binstead of |\\bnever |n['’]t (?:a |an |as )?|\\bover )["'\`*“]*${escaped(label)}(?![\\w-])`,
    'i',
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function cased(label: string, instruction: string): string {
  if (says(instruction, /\b(upper[- ]?case|capital letters|all caps)\b/i)) return label.toUpperCase();
  if (says(instruction, /\b(lower[- ]?case|small letters)\b/i)) return label.toLowerCase();
  return label;
}

function worded(label: string, { instruction, input }: Reading, draw: string): string {
  if (restrictsAnswer(instruction)) return label;
  const chance = hashFraction(`wording ${draw}`);
  if (chance < BARE_BY_LUCK) return label;
  if (asksForBrevity(instruction)) return `This is a ${label} ticket.`;
  const hint = topicWords(input).at(0) ?? 'the message';
  const forms = [
    `Sure! This looks like a **${label}** issue, because the customer mentions "${hint}".`,
    `Based on the content of the ticket, I would classify this as **${label}**. The key signal is "${hint}".\n\nLet me know if you would like me to look at another one!`,
    `Category: **${label}**\n\nReasoning: the ticket talks about "${hint}", which usually goes to this team.`,
  ];
  return forms[Math.floor((chance - BARE_BY_LUCK) / (1 - BARE_BY_LUCK) / (1 / forms.length))] ?? forms[0]!;
}
