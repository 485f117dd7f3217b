import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const workflowRules = {
  'no-restricted-globals': [
    'error',
    { name: 'Intl', message: 'Zone and locale data belong to the host, not to the workflow: ask a local activity.' },
    { name: 'Temporal', message: 'Not patched by the workflow sandbox.' },
    { name: 'setInterval', message: 'Use sleep or condition.' },
  ],
  'no-restricted-properties': [
    'error',
    { property: 'toLocaleString', message: 'Depends on the host.' },
    { object: 'Promise', property: 'race', message: 'Leaves timers behind: use condition with a timeout.' },
  ],
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.bcsource/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'object-shorthand': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true }],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  { files: ['workflows/**/*.ts'], rules: workflowRules },
);
