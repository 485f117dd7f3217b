import pc from 'picocolors';

/** How a command answers: one JSON document for programs, or text for people. */
export interface OutputOptions {
  json?: boolean | string | undefined;
}

/** Only on a terminal: picocolors by itself would also color what a pipe or a file gets wherever `CI` is set. */
export const colors = pc.createColors(
  process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
);

/** Exactly one JSON document on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined)}\n`);
}

/** The entries of a list as one JSON document, or each as a line of its own. */
export function printJsonList(entries: readonly unknown[], { json }: OutputOptions): void {
  if (json === 'lines') for (const entry of entries) printLine(JSON.stringify(entry));
  else printJson(entries);
}

export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Progress and remarks; never on standard output, which belongs to the data. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

export type Cell = string | number | boolean | null | undefined;

/** A table on a terminal, plain tab-separated lines otherwise. */
export async function printTable(head: string[], rows: Cell[][]): Promise<void> {
  const text = rows.map((row) => row.map((cell) => (cell === null || cell === undefined ? '' : String(cell))));
  if (!process.stdout.isTTY) {
    for (const row of [head, ...text]) printLine(row.map((cell) => cell.replace(/[\t\n]/g, ' ')).join('\t'));
    return;
  }
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head,
    style: { head: colors.isColorSupported ? ['bold'] : [], border: [], compact: true },
    wordWrap: true,
    ...(process.stdout.columns ? {} : {}),
  });
  table.push(...text);
  printLine(table.toString());
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
      if (terminal) process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 120) - 1)}`);
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
