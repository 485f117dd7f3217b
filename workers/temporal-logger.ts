import { DefaultLogger } from '@temporalio/worker';
import type { LogEntry } from '@temporalio/worker';
import type { Logger } from 'pino';

/** Temporal's own lines in the same log. Their errors go through pino's serializer; plain JSON would print `{}`. */
export function temporalLogger(log: Logger): DefaultLogger {
  const level =
    log.level === 'debug' ? 'DEBUG' : log.level === 'error' ? 'ERROR' : log.level === 'warn' ? 'WARN' : 'INFO';
  return new DefaultLogger(level, (entry: LogEntry) => {
    const { error, taskToken: _, ...meta } = { ...entry.meta } as Record<string, unknown>;
    const method =
      entry.level === 'TRACE' ? 'trace' : (entry.level.toLowerCase() as 'debug' | 'info' | 'warn' | 'error');
    log[method]({ ...meta, ...(error === undefined ? {} : { err: error }) }, entry.message);
  });
}
