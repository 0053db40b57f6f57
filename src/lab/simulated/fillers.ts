/** Sentences that sound like advice and change nothing. */
export const FILLERS: readonly string[] = [
  'Think carefully before you answer.',
  'Be precise.',
  'Make sure that the answer is correct.',
  'Take the whole context into account.',
  'You are an expert in your field.',
  'Pay attention to detail.',
  'Double-check the result.',
  'Be consistent in what you say.',
  'Avoid mistakes.',
  'Use your best judgement.',
  'Focus on what matters.',
  'Keep the goal in mind.',
  'Handle unusual inputs with care.',
  'Stay objective.',
  'Follow these instructions closely.',
  'Aim for high quality.',
];

/** Openings that change the words of a line and leave its meaning. */
export const OPENINGS: readonly string[] = ['Note:', 'Remember:', 'Important:', 'Please note:', 'As a rule:'];

/** What a writer begins with who is shown no text. */
export const PLAIN_START = 'Read the input and give the answer that is wanted.';
