/** What a template needs from outside of itself. */
export interface TemplateNames {
  /** Free variables, each once, in order of first use. */
  readonly variables: readonly string[];
  /** Those of which the template uses a member or an item, so that a text will not do. */
  readonly structured: ReadonlySet<string>;
  /** Tags or names of what the template reads from other files, each once. */
  readonly files: readonly string[];
}
