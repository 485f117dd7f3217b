import type { FastifyReply } from 'fastify';
import type { Store } from '../store.ts';
import { versionedError, type Answer, type ApiVersion } from './answers.ts';
import { isRecord } from './call.ts';
import type { FaultRule } from './faults.ts';
import type { RequestEntry } from './ledger.ts';

type Headers = Readonly<Record<string, string>>;

/** What a fault answers instead of performing; `hang-up` when it does not answer at all. */
export function answerInstead(rule: FaultRule, version: ApiVersion): Answer | 'hang-up' | undefined {
  const status = rule.status ?? 503;
  switch (rule.kind) {
    case 'status':
      return withRule(rule, versionedError(version, status, 'The server could not handle the request.'));
    case 'html':
      return withRule(rule, { status, type: 'text/html', body: '<html><body><h1>Bad Gateway</h1></body></html>' });
    case 'garbage':
      return withRule(rule, { status: rule.status ?? 200, body: '{"data":[{"id":1,"na' });
    case 'overload':
      return withRule(rule, { status: 429, type: 'text/plain', body: 'Too Many Requests' });
    case 'reset':
    case 'hang':
      return 'hang-up';
    default:
      return undefined;
  }
}

function withRule(rule: FaultRule, answer: Answer): Answer {
  return { ...answer, ...(rule.body === undefined ? {} : { body: rule.body }), headers: { ...rule.headers } };
}

/** Gives no answer: destroys the connection, or keeps it until the client gives up. */
export async function hangUp(
  store: Store,
  entry: RequestEntry,
  reply: FastifyReply,
  rule: FaultRule | undefined,
): Promise<void> {
  reply.hijack();
  const { socket } = reply.raw;
  if (rule?.kind === 'hang' && socket !== null && !socket.destroyed) {
    await new Promise((resolve) => socket.once('close', resolve));
  } else {
    socket?.destroy();
  }
  store.ledger.end(entry, null);
}

/** Sends an answer, changed or cut where a fault wants it. */
export async function deliver(
  reply: FastifyReply,
  answer: Answer,
  headers: Headers = {},
  fault?: FaultRule,
): Promise<void> {
  const shown = fault === undefined ? answer : distort(answer, fault);
  const all = { ...headers, ...shown.headers };
  if (fault?.kind === 'cut-body') return cut(reply, shown, all);
  reply.code(shown.status).headers(all);
  if (shown.body === undefined) await reply.send();
  else await reply.type(shown.type ?? 'application/json').send(shown.body);
}

function distort(answer: Answer, fault: FaultRule): Answer {
  if (fault.kind === 'perform-then-5xx') {
    const body = fault.body ?? '<html><body><h1>504 Gateway Time-out</h1></body></html>';
    return { status: fault.status ?? 504, type: 'text/html', body };
  }
  if (fault.kind === 'empty-page') return emptied(answer, fault.zeroTotal === true);
  return answer;
}

/** A list that lies: nothing on the page, though the store has more to show. */
function emptied(answer: Answer, zeroTotal: boolean): Answer {
  if (answer.status !== 200 || answer.body === undefined) return answer;
  const value = JSON.parse(answer.body.toString()) as unknown;
  if (Array.isArray(value)) return { status: 204 };
  if (!isRecord(value) || !Array.isArray(value['data'])) return answer;
  const meta = value['meta'];
  const pagination = isRecord(meta) && isRecord(meta['pagination']) ? meta['pagination'] : {};
  const counts = zeroTotal ? { total: 0, total_pages: 0, count: 0 } : { count: 0 };
  return { ...answer, body: JSON.stringify({ data: [], meta: { pagination: { ...pagination, ...counts } } }) };
}

/** Announces the whole body, sends half of it and destroys the connection. */
function cut(reply: FastifyReply, answer: Answer, headers: Headers): void {
  reply.hijack();
  const body = Buffer.from(answer.body ?? '');
  const type = answer.type ?? 'application/json';
  reply.raw.writeHead(answer.status, { ...headers, 'content-type': type, 'content-length': String(body.length) });
  reply.raw.write(body.subarray(0, Math.floor(body.length / 2)), () => reply.raw.socket?.destroy());
}
