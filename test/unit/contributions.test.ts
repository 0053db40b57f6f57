import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { strategyChoices, strategySettingsSchema } from '../../src/editor/strategySchema.js';
import { STRATEGIES } from '../../src/optimizer/strategies/index.js';
import {
  ACTIVATION_EVENTS,
  COMMANDS,
  CONTEXT_KEYS,
  SETTINGS,
  TREE_ITEMS,
  VIEW_CONTAINER,
  VIEWS,
  type CommandContribution,
  type SettingContribution,
} from '../../src/contributions.js';

interface MenuEntry {
  readonly command: string;
  readonly when?: string;
}

interface Property {
  readonly scope: string;
  readonly description?: string;
  readonly markdownDescription?: string;
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: string;
      readonly description: string;
      readonly restrictedConfigurations: readonly string[];
    };
    readonly virtualWorkspaces: { readonly supported: boolean };
  };
  readonly contributes: {
    readonly jsonValidation: readonly { readonly fileMatch: readonly string[]; readonly url: string }[];
    readonly commands: readonly { command: string; title: string; category?: string; icon?: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Property>> };
    readonly views: Readonly<Record<string, readonly { id: string; name: string }[]>>;
    readonly viewsContainers: { readonly activitybar: readonly { id: string }[] };
    readonly viewsWelcome: readonly { view: string; contents: string }[];
    readonly menus: Readonly<Record<string, readonly MenuEntry[]>>;
  };
}

const source = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
const { contributes, activationEvents, capabilities } = JSON.parse(source) as Manifest;
const commands: readonly CommandContribution[] = Object.values(COMMANDS);
const settings: readonly SettingContribution[] = Object.values(SETTINGS);
/** `npm run schemas` writes them into the manifest. */
function choicesOf({ key, choices }: SettingContribution): object {
  if (key === SETTINGS.strategy.key) return strategyChoices(STRATEGIES);
  return choices ? { enum: Object.keys(choices), enumDescriptions: Object.values(choices) } : {};
}

const knownCommands = commands.map(({ id }) => id);
const menuEntries = Object.values(contributes.menus).flat();

describe('package.json', () => {
  it('declares exactly the commands of the table', () => {
    expect(contributes.commands).toEqual(
      commands.map(({ id, title, icon }) => ({
        command: id,
        title,
        ...(!title.startsWith('Hone: ') && { category: 'Hone' }),
        ...(icon && { icon }),
      })),
    );
  });

  it('declares exactly the settings of the table', () => {
    const declared = Object.entries(contributes.configuration.properties).map(([key, property]) => {
      const { scope, description, markdownDescription, ...rest } = property;
      expect(scope).toBe('machine-overridable');
      expect(description ?? markdownDescription).toMatch(/\w.*\.$/s);
      return { key, rest };
    });
    expect(declared).toEqual(
      settings.map((setting, index) => ({
        key: setting.key,
        rest: {
          type: setting.type,
          default: setting.default,
          ...choicesOf(setting),
          ...(setting.minimum !== undefined && { minimum: setting.minimum }),
          ...(setting.maximum !== undefined && { maximum: setting.maximum }),
          order: index + 1,
        },
      })),
    );
  });

  it('brings what each strategy lets a user set, for completion in settings.json', () => {
    const { jsonValidation } = contributes;
    expect(jsonValidation).toHaveLength(1);
    expect(jsonValidation[0]?.fileMatch).toContain('/.vscode/settings.json');
    const schema = readFileSync(new URL(`../../${jsonValidation[0]?.url}`, import.meta.url), 'utf8');
    expect(JSON.parse(schema)).toEqual(JSON.parse(JSON.stringify(strategySettingsSchema(STRATEGIES))));
  });

  it('keeps workspaces that are not trusted from setting what is sent or spent', () => {
    expect(capabilities.untrustedWorkspaces.supported).toBe('limited');
    expect(capabilities.untrustedWorkspaces.description).not.toBe('');
    expect(capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(
      settings.filter((setting) => setting.restricted).map((setting) => setting.key),
    );
  });

  it('declares exactly the views of the table, in their container', () => {
    expect(contributes.viewsContainers.activitybar.map(({ id }) => id)).toEqual([VIEW_CONTAINER]);
    expect(Object.keys(contributes.views)).toEqual([VIEW_CONTAINER]);
    expect(contributes.views[VIEW_CONTAINER]?.map(({ id, name }) => ({ id, name }))).toEqual(
      Object.values(VIEWS),
    );
    expect(contributes.viewsWelcome.map(({ view }) => view)).toEqual(
      Object.values(VIEWS).map(({ id }) => id),
    );
  });

  it('activates on exactly the events of the table, none of which searches files', () => {
    expect(activationEvents).toEqual(ACTIVATION_EVENTS);
    expect(activationEvents.filter((event) => event.includes('**'))).toEqual([]);
  });

  it('names only known commands in menus and links', () => {
    expect(menuEntries.map(({ command }) => command).filter((id) => !knownCommands.includes(id))).toEqual([]);
    const linked = contributes.viewsWelcome.flatMap(({ contents }) =>
      [...contents.matchAll(/\(command:([\w.]+)\)/g)].map(([, id]) => id!),
    );
    expect(linked.filter((id) => !knownCommands.includes(id))).toEqual([]);
  });

  it('hides from the palette exactly what the table says', () => {
    expect(contributes.menus.commandPalette).toEqual(
      commands
        .filter(({ palette }) => palette !== undefined)
        .map(({ id, palette }) => ({ command: id, when: palette })),
    );
  });

  it.each([
    'a.md a.mdc a.txt a.yaml a.yml a.json a.jsonl a.toml a.prompt a.prompty a.baml a.j2 a.jinja a.jinja2 a.mustache',
    'a.hbs a.handlebars a.py a.ts a.tsx a.js a.jsx a.mjs .cursorrules .clinerules',
  ])('offers Optimize in the explorer for %s', (names) => {
    const [entry] = contributes.menus['explorer/context']!;
    const pattern = new RegExp(/resourceFilename =~ \/(.*)\/$/.exec(entry!.when!)![1]!);
    expect(names.split(' ').filter((name) => !pattern.test(name))).toEqual([]);
    expect(
      ['a.png', 'a.mdx', 'md', 'package.lock', 'a.cursorrules'].filter((name) => pattern.test(name)),
    ).toEqual([]);
  });

  it('offers Optimize Selected String in code alone, with something selected', () => {
    const [entry] = contributes.menus['editor/context']!;
    expect(entry?.command).toBe(COMMANDS.optimizeSelection.id);
    expect(entry?.when).toBe(`resourceScheme == file && ${COMMANDS.optimizeSelection.palette}`);
  });

  it('uses only known context keys, views and tree items in conditions, and uses each of them', () => {
    const conditions = menuEntries.map(({ when }) => when ?? '').join('\n');
    const ours = new Set(conditions.match(/hone\.\w+/g));
    const views = Object.values(VIEWS).map(({ id }) => id);
    expect([...ours].sort()).toEqual([...Object.values(CONTEXT_KEYS), ...views].sort());
    const patterns = [...conditions.matchAll(/viewItem (==|=~) (\S+)/g)].map(([, operator, operand]) =>
      operator === '==' ? new RegExp(`^${operand}$`) : new RegExp(operand!.slice(1, -1)),
    );
    for (const item of Object.values(TREE_ITEMS)) {
      expect(
        patterns.some((pattern) => pattern.test(item)),
        item,
      ).toBe(true);
    }
    for (const pattern of patterns) {
      expect(
        Object.values(TREE_ITEMS).some((item) => pattern.test(item)),
        String(pattern),
      ).toBe(true);
    }
  });
});
