import type { AlignedHook } from '../../../activities/align-hooks.ts';
import { usageError } from '../../errors.ts';
import { requireSource } from '../../session.ts';
import { createWebhooks, readWebhooks, removeWebhooks, repairWebhooks } from '../../webhooks.ts';
import type { WebhookState } from '../../webhooks.ts';
import { printFields, printJson, printLine, printTable } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { remarkOnServer } from '../remark-on-server.ts';
import { withSource } from '../with-session.ts';

interface WebhookOptions extends OutputOptions {
  create?: true | undefined;
  repair?: true | undefined;
  remove?: true | undefined;
}

/** Lists the webhooks of a source, or makes, repairs or removes them. */
export function webhooks(name: string, options: WebhookOptions): Promise<void> {
  const verbs = [options.create, options.repair, options.remove].filter(Boolean);
  if (verbs.length > 1) throw usageError('--create, --repair and --remove exclude each other.', 'Give one of them.');
  return withSource(name, async (session) => {
    const source = await requireSource(session, name);
    if (options.remove) {
      const removed = await removeWebhooks(session, source);
      if (options.json) return printJson({ source: name, removed });
      if (removed === 0) return printLine(`The store of ${name} has no webhooks of it: there is nothing to remove.`);
      return printLine(`Removed ${removed} webhooks of ${name}. Nothing is lost but the seconds that they saved.`);
    }
    if (!options.create && !options.repair) return show(await readWebhooks(session, source), options);
    const hooks = await (options.create ? createWebhooks : repairWebhooks)(session, source);
    await remarkOnServer(session, 'webhooks');
    if (options.json) return printJson({ source: name, hooks });
    await printHooks(hooks);
    printLine('The store begins to send within a minute.');
  });
}

const words: Record<AlignedHook['did'], string> = {
  nothing: 'as it should be',
  created: 'created',
  switched_on: 'switched on again',
  removed: 'removed',
};

function printHooks(hooks: readonly AlignedHook[]): Promise<void> {
  return printTable(
    ['scope', 'webhook', 'done'],
    hooks.map(({ scope, hookId, did }) => [scope, hookId, words[did]]),
  );
}

async function show(state: WebhookState, options: OutputOptions): Promise<void> {
  if (options.json) return printJson(state);
  if (state.destination === null) {
    return printLine(`Source ${state.source} has no webhooks; make them with --create.`);
  }
  printFields({ 'sent to': state.destination, 'last event': state.lastEventAt?.toISOString() ?? 'none yet' });
  await printTable(
    ['scope', 'webhook', 'state'],
    state.hooks.map(({ scope, hookId, state: is }) => [scope, hookId, is.replace('_', ' ')]),
  );
  if (state.hooks.some(({ state: is }) => is !== 'active'))
    printLine(`Mend them with: bcsource source webhooks ${state.source} --repair`);
}
