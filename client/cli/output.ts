import { randomUUID } from 'node:crypto';
import pc from 'picocolors';

/** How a command answers: one JSON document for programs, or text for people. */
export interface OutputOptions {
  json?: boolean | string | undefined;
}

/** Only on a terminal: picocolors by itself would also color what a pipe or a file gets wherever `CI` is set. */
const painter = pc.createColors(
  process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
);

/** Stands before each color of ours until it is printed: whoever wrote a text that we repeat cannot know it. */
const OURS = randomUUID();

function ours(paint: (text: string) => string): (text: string) => string {
  const [open, close] = paint('|').split('|');
  return open ? (text) => `${OURS}${open}${text}${OURS}${close}` : (text) => text;
}

export const colors = {
  bold: ours(painter.bold),
  dim: ours(painter.dim),
  red: ours(painter.red),
  green: ours(painter.green),
  yellow: ours(painter.yellow),
  cyan: ours(painter.cyan),
};

/**
 * A text for people. What a supplier or a store has typed in cannot move the cursor, hide text or name the window: its
 * control characters are shown like \x1b, but for the ends of lines and tabs. Our colors stay.
 */
function shown(text: string): string {
  const [first = '', ...rest] = text.split(OURS);
  const painted = rest.map((part) => {
    const end = part.indexOf('m') + 1;
    return part.slice(0, end) + escaped(part.slice(end));
  });
  return escaped(first) + painted.join('');
}

function escaped(text: string): string {
  return text.replace(
    /(?![\n\t])\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Exactly one JSON document on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined)}\n`);
}

/** The entries of a list as one JSON document, or each as a line of its own. */
export function printJsonList(entries: readonly unknown[], { json }: OutputOptions): void {
  if (json === 'lines') for (const entry of entries) process.stdout.write(`${JSON.stringify(entry)}\n`);
  else printJson(entries);
}

export function printLine(text = ''): void {
  process.stdout.write(`${shown(text)}\n`);
}

/** Empties a terminal, so that what follows is drawn anew from its top; nothing elsewhere. */
export function clearScreen(): void {
  if (process.stdout.isTTY) process.stdout.write('\u001b[H\u001b[2J');
}

/** Progress and remarks; never on standard output, which belongs to the data. */
export function remark(text: string): void {
  process.stderr.write(`${shown(text)}\n`);
}

export type Cell = string | number | boolean | null | undefined;

/** A table on a terminal, plain tab-separated lines otherwise. */
export async function printTable(head: string[], rows: Cell[][]): Promise<void> {
  const text = rows.map((row) => row.map((cell) => (cell === null || cell === undefined ? '' : shown(String(cell)))));
  if (!process.stdout.isTTY) {
    for (const row of [head, ...text]) printLine(row.map((cell) => cell.replace(/[\t\n]/g, ' ')).join('\t'));
    return;
  }
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head,
    style: { head: painter.isColorSupported ? ['bold'] : [], border: [], compact: true },
    wordWrap: true,
    ...(process.stdout.columns ? {} : {}),
  });
  table.push(...text);
  // Its cells are shown as they are to be; its own frame and colors are none of theirs.
  process.stdout.write(`${table.toString()}\n`);
}

/** Names and values, one a line. */
export function printFields(fields: Record<string, Cell>): void {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  for (const [name, value] of Object.entries(fields)) {
    printLine(`${name.padEnd(width)}  ${value === null || value === undefined ? '-' : String(value)}`);
  }
}

/** A line that is drawn over on a terminal; elsewhere a new line, but not more often than every few seconds. */
export function createProgress(): { show(text: string): void; end(): void } {
  let last = '';
  let lastAt = 0;
  const terminal = process.stderr.isTTY === true;
  return {
    show(text) {
      if (text === last) return;
      if (terminal) process.stderr.write(`\r\u001b[2K${shown(text).slice(0, (process.stderr.columns ?? 120) - 1)}`);
      else if (Date.now() - lastAt >= 2000) remark(text);
      else return;
      last = text;
      lastAt = Date.now();
    },
    end() {
      if (terminal && last !== '') process.stderr.write('\r\u001b[2K');
    },
  };
}

/** Whether a person can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}
