const PROMPT_FILE = /(?:\.prompt\.(?:md|ya?ml)|(?:^|\/)prompts\/(?:.*\/)?[^/]+\.(?:md|txt))$/i;

/**
 * Whether a path (forward slashes) looks like a prompt file. The same answer as the engine's `isPromptPath`, without
 * loading the engine: it is asked each time an editor becomes active.
 */
export function looksLikePrompt(path: string): boolean {
  return PROMPT_FILE.test(path);
}
