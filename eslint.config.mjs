import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/**
 * The rooms of src in layers: a room may import from layers above its own and from itself.
 * The order is the house's, see docs/architecture.md.
 */
const LAYERS = [
  ['core'],
  ['formats', 'testsets', 'scorers', 'models'],
  ['workspace'],
  ['evaluation'],
  ['optimizer'],
  ['runs', 'lab'],
  ['cli', 'editor'],
];

/** What may be imported across rooms of one layer. */
const SIDEWAYS = { lab: ['runs'] };

const zones = LAYERS.flatMap((layer, index) =>
  layer.map((room) => {
    const below = LAYERS.slice(index + 1).flat();
    const beside = layer.filter((other) => other !== room && !SIDEWAYS[room]?.includes(other));
    return {
      target: `./src/${room}`,
      from: [...below, ...beside].map((other) => `./src/${other}`),
      message: `${room} stands above this room: arrows only go up (docs/architecture.md).`,
    };
  }),
);

const TYPES_OF_SRC_ONLY = {
  group: ['**/src/**'],
  allowTypeImports: true,
  message: 'The page takes types from src, nothing else.',
};
const NO_TOOLKIT = {
  group: ['@vscode/webview-ui-toolkit*'],
  message: 'Only webview/ui.tsx knows the toolkit.',
};

export default tseslint.config(
  {
    ignores: ['dist/', 'out/', '.vscode-test/', 'node_modules/', 'coverage/', 'examples/', 'test/fixtures/'],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        importX.createNodeResolver({
          extensions: ['.ts', '.tsx', '.js'],
          extensionAlias: { '.js': ['.ts', '.tsx', '.js'] },
        }),
      ],
    },
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            ...zones,
            {
              target: './src',
              from: ['./webview', './test'],
              message: 'The page and the tests import from src, not the other way.',
            },
            {
              target: './webview',
              from: './src',
              except: ['./protocol.ts', './core'],
              message: 'The page imports from core and protocol only.',
            },
          ],
        },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      // Declaring the elements of a library is the one use of a namespace.
      '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/editor/**', 'src/extension.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'vscode', message: 'Only src/editor and src/extension.ts may know the editor.' }] },
      ],
    },
  },
  {
    files: ['src/core/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['node:*', 'fs', 'path', 'vscode'], message: 'core is pure: no input or output.' },
          ],
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness is passed in.' },
        { object: 'Date', property: 'now', message: 'Time is passed in.' },
      ],
    },
  },
  {
    files: ['webview/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [TYPES_OF_SRC_ONLY, NO_TOOLKIT] }],
    },
  },
  {
    files: ['webview/ui.tsx'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [TYPES_OF_SRC_ONLY] }] },
  },
  { files: ['src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', 'no-console': 'off', 'max-lines': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        URLSearchParams: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
        performance: 'readonly',
        require: 'readonly',
        module: 'readonly',
        exports: 'writable',
        __dirname: 'readonly',
        document: 'readonly',
        window: 'readonly',
      },
    },
    rules: { 'no-undef': 'error' },
  },
);
