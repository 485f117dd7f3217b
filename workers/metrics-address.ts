import type { Place } from './health.ts';

/**
 * Where metrics are told, as `host:port` (BCSOURCE_METRICS_ADDRESS); null: nowhere. Answers a sentence for what cannot be
 * meant.
 */
export function readMetricsAddress(text: string | undefined): Place | null | string {
  if (!text) return null;
  const [, host = '', port = ''] = /^(\[[0-9a-f:]+\]|[^:\s]+):(\d{1,5})$/i.exec(text) ?? [];
  const number = Number(port);
  if (host === '' || number < 1 || number > 65_535) {
    return 'BCSOURCE_METRICS_ADDRESS must be an address and a port, like 127.0.0.1:9464';
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: number };
}
