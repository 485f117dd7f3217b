import { Listr } from 'listr2';
import { startDetachedStack } from '../../../local/detached.ts';
import type { OnEvent } from '../../../local/events.ts';
import { stopStack } from '../../../local/status.ts';
import type { StackStatus } from '../../../local/status.ts';
import { applyStackEnvironment, homeFolder, openSession } from '../../session.ts';
import type { ExitCode } from '../../errors.ts';
import { usageError } from '../../errors.ts';
import { printLine, remark } from '../output.ts';
import { interruption } from '../perform.ts';
import {
  chooseApp,
  importByApp,
  installApp,
  panelUrl,
  reinstallApp,
  showPage,
  startServing,
  stopServing,
} from './demo-oauth.ts';
import type { DemoStory } from './demo-steps.ts';
import { cancelDuplicate, mendFailure, sendGuestOrder } from './demo-requests.ts';
import { applyExample, connect, importCatalogue, tellWhatHappened } from './demo-steps.ts';
import { followShipments } from './demo-shipments.ts';
import { refuseUnusableSettings, stackOptions } from './stack.ts';

interface DemoOptions {
  exit?: true | undefined;
  oauth?: true | undefined;
  products: string;
}

type Say = (text: string) => void;
type BegunStory = Partial<DemoStory> & Pick<DemoStory, 'signal'> & { hasStack?: true };

interface Step {
  title: string;
  work: (story: DemoStory, say: Say) => Promise<void>;
}

/** The tour as steps: each does one thing for real and says what came of it. */
const steps: Step[] = [
  { title: 'Apply a source: a supplier whose shop runs on BigCommerce', work: applyExample },
  { title: 'Test the connection', work: connect },
  { title: 'Get Inventory (Primary): import the catalogue', work: importCatalogue },
  { title: 'Send Fulfillment Requests: a guest order, sent at once', work: sendGuestOrder },
  { title: 'Two hours of hold, then business hours: a duplicate is canceled in time', work: cancelDuplicate },
  { title: 'An existing customer, billed at the head office: a failure says why, and is mended', work: mendFailure },
  { title: 'Get Shipments: one package, two packages, and a part that is followed by the rest', work: followShipments },
];

/** The tour by an installed app. */
const oauthSteps: Step[] = [
  { title: 'Register an app, and serve its callbacks', work: startServing },
  { title: 'Install the app in the store: it connects the source', work: installApp },
  { title: 'Get Inventory (Primary), by the token of the app', work: importByApp },
  { title: 'What the control panel of the store shows', work: showPage },
  { title: 'The app is uninstalled, and installed again', work: reinstallApp },
];

export async function demo(options: DemoOptions): Promise<ExitCode> {
  if (!/^[1-9]\d{0,5}$/.test(options.products))
    throw usageError('--products must be a whole number from 1.', 'Try --products 2000.');
  const story: BegunStory = { signal: interruption() };
  try {
    if (options.oauth) await chooseApp();
    await tell(options, story, options.oauth ? oauthSteps : steps);
    if (!options.oauth) await tellWhatHappened(story as DemoStory, options.exit === true);
    else if (!options.exit) tellHowToGoOn(await panelUrl());
  } finally {
    await stopServing();
    await story.session?.close();
    if (story.hasStack) await leaveStack(options, story);
  }
  return 0;
}

async function leaveStack({ exit }: DemoOptions, { signal }: BegunStory): Promise<void> {
  if (exit) {
    await stopStack(homeFolder(), () => undefined);
    printLine(`The stack is stopped; its data stays in ${homeFolder()}.`);
  } else if (signal.aborted) remark('The stack goes on; `bcsource stop` stops it.');
}

/** The server of the tour has ended; these lines start it again, for a look in a browser. */
function tellHowToGoOn(panel: string): void {
  const names = ['BIGCOMMERCE_CLIENT_ID', 'BIGCOMMERCE_CLIENT_SECRET', 'BCSOURCE_PUBLIC_URL'];
  printLine('\nTo look at it in a browser:');
  for (const name of names) printLine(`  export ${name}=${process.env[name]}`);
  printLine(`  npx bcsource serve --port ${new URL(process.env['BCSOURCE_PUBLIC_URL']!).port}`);
  printLine(`The control panel of the simulated store: ${panel}`);
}

async function tell(options: DemoOptions, story: BegunStory, steps: Step[]): Promise<void> {
  const tasks = new Listr(
    [
      {
        title: 'Start Postgres, Temporal, a worker and a simulated store',
        task: async (_, task) => {
          const say = sayer((text) => (task.output = text));
          await startStack(story, options.products, ({ message }) => say(message));
        },
      },
      ...steps.map((step) => ({
        title: step.title,
        task: async (_: unknown, task: { output: string; title: string }) => {
          story.signal.throwIfAborted();
          const say = sayer((text) => (task.output = text));
          await step.work(story as DemoStory, say).catch((error: unknown) => {
            // Ctrl-C reaches the server of the tour too, and what asks it fails in its own way.
            story.signal.throwIfAborted();
            throw error;
          });
        },
        rendererOptions: { persistentOutput: true },
      })),
    ],
    {
      ...{ concurrent: false, fallbackRenderer: 'verbose', rendererOptions: { collapseErrors: false } },
      // Its own ends the process at once: nothing that the tour has started would be ended.
      registerSignalListeners: false,
    },
  );
  await tasks.run();
}

/** On a terminal the step's line changes in place; elsewhere each saying is a line of its own. */
function sayer(show: Say): Say {
  return process.stdout.isTTY ? show : (text) => remark(`  ${text}`);
}

async function startStack(story: BegunStory, products: string, onEvent: OnEvent): Promise<void> {
  // The demo is about the simulated store, whatever the shell has set for real ones.
  for (const name of ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'BIGCOMMERCE_API_URL', 'BIGCOMMERCE_LOGIN_URL'])
    delete process.env[name];
  refuseUnusableSettings(process.env);
  const simulatorArgs = ['--preset', 'shop', '--products', products];
  const stack = await startDetachedStack(stackOptions(true, simulatorArgs, onEvent), story.signal);
  await applyStackEnvironment();
  refuseOtherStore(stack, process.env['BIGCOMMERCE_API_URL']);
  story.hasStack = true;
  story.session = await openSession();
}

/** A stack that runs already may be somebody's own: the tour would put its example in the place of a real source. */
export function refuseOtherStore(
  { simulatorUrl }: Pick<StackStatus, 'simulatorUrl'>,
  apiUrl: string | undefined,
): void {
  if (simulatorUrl !== null && apiUrl === simulatorUrl) return;
  throw usageError(
    'The stack that runs here does not ask the simulated store, which the demo is about; nothing was changed.',
    'Stop it by `bcsource stop`, or give the demo a folder of its own by BCSOURCE_HOME.',
  );
}
