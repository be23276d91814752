import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
  { ignores: ['**/dist', 'node_modules'] },
  ts.configs.strict,
  svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      // The compiler says it, with the types.
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }],
      // Text goes in as text: see the content security policy.
      'svelte/no-at-html-tags': 'error',
      'svelte/no-inline-styles': ['error', { allowTransitions: false }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
  },
  {
    // The client also runs in Node; what needs a page is in browser.ts.
    files: ['client/src/**'],
    ignores: ['client/src/browser.ts'],
    rules: {
      'no-restricted-globals': ['error', 'document', 'window', 'localStorage', 'sessionStorage', 'navigator'],
      'no-restricted-imports': ['error', { patterns: ['svelte', 'svelte/*', '*.svelte', '../../src/*'] }],
    },
  },
  {
    // Models know no browser and no framework; that is what makes them testable.
    files: ['src/models/**'],
    ignores: ['src/models/**/*.test.ts'],
    rules: {
      'no-restricted-globals': ['error', 'document', 'window', 'localStorage', 'sessionStorage', 'navigator'],
      'no-restricted-imports': [
        'error',
        { patterns: ['svelte', 'svelte/*', 'socket.io-client', '../views/*', '../state/*'] },
      ],
    },
  },
);
