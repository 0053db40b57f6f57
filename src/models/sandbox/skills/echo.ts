import { topicWords } from '../words.js';
import type { Skill } from '../skill.js';

const SHOWN_WORDS = 5;

/** What is left when nothing else fits: a chatty summary of what was asked. */
export const echo: Skill = {
  id: 'echo',
  fits: () => 0.1,
  answer({ instruction, input }) {
    const about = topicWords(input || instruction).slice(0, SHOWN_WORDS);
    if (about.length === 0) return 'Thanks for your message! What would you like me to do?';
    return `Thanks for sharing this! As I read it, it is mostly about ${about.join(', ')}. I hope that helps!`;
  },
};
