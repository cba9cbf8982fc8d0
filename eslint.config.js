/**
 * What tsc can't see: the rules of each realm. Formatting is nobody's business
 * here.
 */
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';

import { captured } from './xtask/lint/captured.mjs';

const SHIPPED = ['content-scripts/**/*.js', 'worker/**/*.js', 'background/**/*.js', 'popup/**/*.js', 'sites/**/*.js', 'options/**/*.js', 'welcome/**/*.js'];

/** What one file of a context's classic scripts defines for the others. */
const SHARED = {
  hook: { sottoHook: 'writable' },
  relay: {
    sottoPlatform: 'readonly',
    sottoPump: 'readonly',
    sottoSdp: 'readonly',
    SottoConnection: 'readonly',
    SottoControlChannel: 'readonly',
    SottoHostLink: 'readonly',
    SottoNegotiationNeed: 'readonly',
    SottoPumpPlace: 'readonly',
    SottoFlows: 'readonly',
    SottoLookout: 'readonly',
    SottoStill: 'readonly',
    SottoStreams: 'readonly',
  },
};

/**
 * Tests may: some of them play a hostile page.
 * @type {import('eslint').Linter.RulesRecord}
 */
const NO_EVAL = {
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-new-func': 'error',
  'no-script-url': 'error',
};

const MARKUP = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'setHTMLUnsafe', 'createContextualFragment'];

export default defineConfig([
  globalIgnores(['target/', 'node_modules/']),
  {
    extends: [js.configs.recommended],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-restricted-properties': [
        'error',
        ...MARKUP.map((property) => ({ property, message: 'Build nodes; never parse markup.' })),
        { object: 'document', property: 'write', message: 'Build nodes; never parse markup.' },
      ],
    },
  },
  {
    files: SHIPPED,
    languageOptions: { globals: { ...globals.browser, ...globals.webextensions } },
    rules: { ...NO_EVAL, 'no-console': 'error' },
  },
  {
    files: ['content-scripts/**/*.js'],
    languageOptions: { sourceType: 'script', globals: SHARED.relay },
    // A file's top-level names are the other files' globals.
    rules: {
      'no-redeclare': ['error', { builtinGlobals: false }],
      'no-unused-vars': ['error', { vars: 'local' }],
    },
  },
  {
    files: ['content-scripts/hook/*.js'],
    plugins: { sotto: { rules: { captured } } },
    languageOptions: { sourceType: 'script', globals: SHARED.hook },
    rules: { 'sotto/captured': ['error', ['undefined', 'window']] },
  },
  {
    files: ['demo/page/*.js', 'benches/*/*.js'],
    languageOptions: { globals: globals.browser },
    rules: NO_EVAL,
  },
  {
    // Functions in these run partly in a page, which is handed them as text.
    files: ['tests/**/*.mjs', 'demo/*.mjs', 'benches/**/*.mjs'],
    languageOptions: { globals: { ...globals.nodeBuiltin, ...globals.browser, ...globals.webextensions } },
  },
  {
    files: ['xtask/**/*.mjs', 'eslint.config.js'],
    languageOptions: { globals: globals.nodeBuiltin },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: globals.node },
  },
]);
