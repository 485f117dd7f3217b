import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The pages that a user reads, from the root of the repository. */
export const pages = [
  ...['README.md', 'CHANGELOG.md'],
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export function readText(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}

export interface Block {
  language: string;
  text: string;
  line: number;
}

/** The fenced code blocks of a page, also those of a list, without their indentation. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map(
    ([, indentation, language, text], index, all) => ({
      language: language!,
      text: text!.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''),
      line: markdown.slice(0, all[index]!.index).split('\n').length + 1,
    }),
  );
}

export interface CommandLine {
  text: string;
  line: number;
  /** The exit code that the page states in a comment; 0 where it states none. */
  exitCode: number;
}

/**
 * Every command of the blocks of a page in this language, in their order: `sh` for those that a test runs, `console` for
 * those that need what a test has not, e.g. Docker.
 */
export function commandsOf(markdown: string, language: 'sh' | 'console' = 'sh'): CommandLine[] {
  return blocksOf(markdown)
    .filter((block) => block.language === language)
    .flatMap(({ text, line }) =>
      text.split('\n').map((command, index) => ({
        text: command.replace(/\s+#.*$/, ''),
        line: line + index,
        exitCode: Number(/# .*exit code (\d+)/.exec(command)?.[1] ?? 0),
      })),
    )
    .filter((command) => command.text.trim() !== '');
}

/** The part of a page below a heading, up to the next heading of the same or a higher level. */
export function sectionOf(markdown: string, heading: string): string {
  const level = /^#+/.exec(heading)![0].length;
  const start = markdown.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`There is no heading "${heading}".`);
  const rest = markdown.slice(start + heading.length + 2);
  const end = new RegExp(`^#{1,${level}} `, 'm').exec(rest);
  return end ? rest.slice(0, end.index) : rest;
}

/** The rows of all tables of a text, each as its cells; the heads are among them, the rulers are not. */
export function rowsOf(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s:|-]+\|$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

/** The text of a cell that is one piece of code, or undefined. */
export function codeOf(cell: string | undefined): string | undefined {
  return /^`([^`]+)`$/.exec(cell ?? '')?.[1];
}

/** All words in code style on a page. */
export function codeWords(markdown: string): Set<string> {
  return new Set([...markdown.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!));
}

/** All metrics that the page on monitoring, the alert rules and the dashboard name. */
export function metricNames(): Set<string> {
  const files = ['docs/monitoring.md', 'docs/monitoring/alerts.yml', 'docs/monitoring/grafana-dashboard.json'];
  return new Set(
    files.flatMap((name) => readText(name).match(/\b(bcsource|temporal|process|nodejs)_[a-z_]+\b/g) ?? []),
  );
}
