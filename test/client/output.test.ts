import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type * as Output from '../../client/cli/output.ts';
import type * as Perform from '../../client/cli/perform.ts';

const { isTTY } = process.stdout;
const environment = { ...process.env };
let output: typeof Output;
let report: typeof Perform.report;
beforeAll(async () => {
  delete process.env['NO_COLOR'];
  process.env['TERM'] = 'xterm';
  // Whether there are colors is settled when the module is loaded.
  process.stdout.isTTY = true;
  output = await import('../../client/cli/output.ts');
  ({ report } = await import('../../client/cli/perform.ts'));
});
afterEach(() => void jest.restoreAllMocks());
afterAll(() => {
  process.stdout.isTTY = isTTY;
  process.env = environment;
});

/** A tracking number that colors, names the window, and ends with a C1 control and a DEL. */
const TYPED_IN = '\u001b[31mRED\u001b]0;x\u0007\u009b2J\u007f\rend';
const SHOWN = '\\x1b[31mRED\\x1b]0;x\\x07\\x9b2J\\x7f\\x0dend';

/** What comes by `stream` on a terminal, or where a pipe is. */
async function written(stream: 'stdout' | 'stderr', terminal: boolean, print: () => unknown): Promise<string> {
  process.stdout.isTTY = terminal;
  let text = '';
  jest.spyOn(process[stream], 'write').mockImplementation((chunk) => Boolean((text += String(chunk))));
  await print();
  jest.restoreAllMocks();
  return text;
}

describe.each([true, false])('control characters that somebody typed in, on a terminal: %s', (terminal) => {
  it('are shown in a table', async () => {
    const text = await written('stdout', terminal, () => output.printTable(['tracking'], [[TYPED_IN]]));
    expect(text).toContain(SHOWN);
  });

  it('are shown in fields', async () => {
    const text = await written('stdout', terminal, () => output.printFields({ tracking: TYPED_IN }));
    expect(text).toBe(`tracking  ${SHOWN}\n`);
  });

  it('are shown in a line, whose own colors, tabs and ends of lines stay', async () => {
    const line = () => output.printLine(`${output.colors.red(`no ${TYPED_IN}`)}\t${TYPED_IN}\nnext`);
    expect(await written('stdout', terminal, line)).toBe(`\u001b[31mno ${SHOWN}\u001b[39m\t${SHOWN}\nnext\n`);
  });

  it('are shown in the sentence of an error', async () => {
    const failure = { code: 'not_found', message: `There is no ${TYPED_IN}.`, hint: TYPED_IN, exitCode: 3 as const };
    const told = await written('stderr', terminal, () => report({}, failure));
    expect(told).toBe(
      `\u001b[31mError\u001b[39m (not_found): There is no ${SHOWN}.\n\u001b[2mWhat to do:\u001b[22m ${SHOWN}\n`,
    );
  });

  it('are left to programs as they are', async () => {
    const entries = [{ tracking: TYPED_IN }];
    const lines = await written('stdout', terminal, () => output.printJsonList(entries, { json: 'lines' }));
    expect(lines).toBe(`${JSON.stringify(entries[0])}\n`);
    const document = await written('stdout', terminal, () => output.printJsonList(entries, { json: true }));
    expect(JSON.parse(document)).toEqual(entries);
  });
});
