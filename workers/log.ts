import { pino } from 'pino';
import type { Logger } from 'pino';

export interface Log {
  logger: Logger;
  /** From now on this text never appears in a line. */
  rememberSecret: (secret: string) => void;
}

/** Short texts are no secrets, and hiding them would garble every line. */
const SHORTEST_SECRET = 8;

/**
 * A JSON log on `write` (default: standard error). Fields that may hold credentials are redacted by name, and known
 * secrets wherever they turn up: in a message, a URL, a stack.
 */
export function createLog(level: string, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const secrets = new Set<string>();
  const destination = {
    write(line: string) {
      let clean = line;
      for (const secret of secrets) clean = clean.replaceAll(secret, '[secret]');
      write(clean);
    },
  };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['*.accessToken', 'accessToken', '*.headers', 'headers', 'taskToken', '*.taskToken'],
        remove: true,
      },
    },
    destination,
  );
  return {
    logger,
    rememberSecret(secret) {
      if (secret.length >= SHORTEST_SECRET) secrets.add(secret);
    },
  };
}
