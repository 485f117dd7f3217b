import { Connection } from '@temporalio/client';
import type { TemporalSettings } from './temporal-settings.ts';

/** Temporal does not answer, with why not as far as that is known, and what to do. */
export class TemporalUnreachable extends Error {
  override readonly name = 'TemporalUnreachable';
  readonly hint: string;

  constructor({ address, connectionOptions: { tls } }: TemporalSettings, why: string) {
    const how = tls ? ', where TLS is on (TEMPORAL_TLS, TEMPORAL_API_KEY or a certificate)' : '';
    super(`Temporal at ${address} does not answer${how}: ${why}.`);
    const hint = 'Check TEMPORAL_ADDRESS and that Temporal runs (`bcsource status` for the local stack)';
    this.hint = tls ? `${hint}, and that the server at that address speaks TLS.` : `${hint}.`;
  }
}

/** The last part of the time, in which a server that was not reached is asked once more, for the reason. */
const REASON_MS = 1_000;

/** Connects within this time, one second at the least. Throws TemporalUnreachable. */
export async function connectTemporal(settings: TemporalSettings, withinMs: number): Promise<Connection> {
  const { connectionOptions } = settings;
  const connection = Connection.lazy({ ...connectionOptions, connectTimeout: withinMs - REASON_MS });
  try {
    await connection.ensureConnected();
    return connection;
  } catch (error) {
    await connection.close();
    throw new TemporalUnreachable(settings, reasonIn(error) ?? (await findReason(settings, withinMs)));
  }
}

/** A client that waits for its connection is not told what keeps it from one; who does not wait and tries once is. */
async function findReason({ connectionOptions }: TemporalSettings, withinMs: number): Promise<string> {
  const connection = Connection.lazy({ ...connectionOptions, interceptors: [] });
  try {
    await connection.withDeadline(Date.now() + REASON_MS, () => connection.workflowService.getSystemInfo({}));
    return 'it was too slow';
  } catch (error) {
    return reasonIn({ cause: error }) ?? `no answer within ${withinMs / 1_000} s`;
  } finally {
    await connection.close();
  }
}

const GRPC_DEADLINE_EXCEEDED = 4;

/** In gRPC's own words, without what it says around them. */
function reasonIn(error: unknown): string | undefined {
  const { cause } = error as { cause?: { code?: number; details?: string } };
  if (cause?.details === undefined || cause.code === GRPC_DEADLINE_EXCEEDED) return undefined;
  const [, last] = /Last error: (?:Error: )?(.*?)(?: \([\d:TZ.-]+\))?\. Resolution note:/s.exec(cause.details) ?? [];
  const inTls = /:SSL routines:[^:]*:([^:]+):/.exec(last ?? '')?.[1];
  return (inTls ? `TLS fails, ${inTls}` : (last ?? cause.details)).slice(0, 200).replace(/\.$/, '');
}
