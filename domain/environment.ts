import { z } from 'zod';
import { optionProblems } from './database-url.ts';
import { readRetention } from './retention.ts';
import type { Retention } from './retention.ts';

const url = (protocols: RegExp, example: string) =>
  z.string().refine((text) => URL.canParse(text) && protocols.test(new URL(text).protocol), {
    error: `is not an address like ${example}`,
  });

const postgresUrl = url(/^postgres(ql)?:$/, 'postgres://user:password@host:5432/database').superRefine(
  (text, context) => {
    if (!URL.canParse(text)) return;
    for (const message of optionProblems(text)) context.addIssue({ code: 'custom', message });
  },
);

/** With a blank around it, as at the end of a file, `pg` reads another host or database than is written. */
const databaseUrl = z.string().trim().pipe(postgresUrl);

/** `smtp://` is read as this machine, and a bare % cannot be decoded: neither is what somebody means. */
const mailServer = url(/^smtps?:$/, 'smtps://user:password@mail.example.com')
  .refine((text) => !URL.canParse(text) || new URL(text).hostname !== '', {
    error: 'names no mail server: write it like smtps://user:password@mail.example.com',
  })
  .refine(isDecodable, {
    error: 'holds a % that begins no code: write % as %25, and letters beyond ASCII as their bytes in UTF-8',
  });

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}

const encryptionKeys = z.string().refine((text) => text.split(',').every(isKey), {
  error: 'must hold keys of 32 bytes in base64, separated by commas; make one with: openssl rand -base64 32',
});

/** BigCommerce sends to https on port 443 only; plain http to this machine is for the simulator. */
function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, port, hostname, search, hash } = new URL(text);
  if (search !== '' || hash !== '') return false;
  return (protocol === 'https:' && port === '') || (protocol === 'http:' && hostname === '127.0.0.1');
}

/** Node skips what is not base64, so the text must be what its bytes are written as. */
function isKey(text: string): boolean {
  const bytes = Buffer.from(text.trim(), 'base64');
  return bytes.length === 32 && bytes.toString('base64').replace(/=+$/, '') === text.trim().replace(/=+$/, '');
}

const retention = z
  .string()
  .default('')
  .transform((text, context): Retention => {
    const read = readRetention(text);
    if (typeof read !== 'string') return read;
    context.addIssue({ code: 'custom', message: read });
    return z.NEVER;
  });

const role = z
  .string()
  .refine((name) => Buffer.byteLength(name) <= 63, { error: 'is longer than the 63 bytes of a role' })
  .optional();

const environmentSchema = z.object({
  DATABASE_URL: databaseUrl,
  BCSOURCE_ENCRYPTION_KEY: encryptionKeys,
  BIGCOMMERCE_API_URL: url(/^https?:$/, 'https://api.bigcommerce.com').default('https://api.bigcommerce.com'),
  BIGCOMMERCE_LOGIN_URL: url(/^https?:$/, 'https://login.bigcommerce.com').default('https://login.bigcommerce.com'),
  BCSOURCE_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'], { error: 'must be debug, info, warn or error' })
    .default('info'),
  BCSOURCE_TEMPORAL_UI: url(/^https?:$/, 'http://temporal.example.com:8233').optional(),
  BCSOURCE_KEEP_DAYS: retention,
  /** Where the world reaches `bcsource serve`. */
  BCSOURCE_PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, { error: 'must be an https address on port 443, like https://bcsource.example.com' })
    .optional(),
  BCSOURCE_WORKER_ROLE: role,
  BCSOURCE_READER_ROLE: role,
  BIGCOMMERCE_CLIENT_ID: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must not hold blanks')
    .optional(),
  BIGCOMMERCE_CLIENT_SECRET: z.string().min(16, 'is too short for a client secret').optional(),
  SMTP_URL: mailServer.optional(),
  SMTP_FROM: z.string().regex(/@/, 'is not an e-mail address').optional(),
});

export interface Settings {
  databaseUrl: string;
  encryptionKeys: string;
  apiUrl: string;
  loginUrl: string;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Where links lead; null where it has to be guessed. */
  temporalUi: string | null;
  /** For how long what has ended is kept. */
  retention: Retention;
  /** Where the world reaches `bcsource serve`, without a slash at its end; null where it is not set. */
  publicUrl: string | null;
  /** Roles of Postgres that a migration gives their rights; null: none. */
  roles: { worker: string | null; reader: string | null };
  /** How e-mail goes out; null where it is not set up. */
  smtp: SmtpSettings | null;
  /** The app that stores install; null where there is none. */
  app: AppSettings | null;
}

/** What BigCommerce's Developer Portal gives to an app. */
export interface AppSettings {
  clientId: string;
  clientSecret: string;
}

export interface SmtpSettings {
  url: string;
  from: string;
}

export type ReadSettings = { ok: true; settings: Settings } | { ok: false; problems: string[] };

/** Reads the settings of the system from the environment; names everything that is missing or malformed, never a value. */
export function readEnvironment(environment: Record<string, string | undefined>): ReadSettings {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(given);
  const halves = missingHalves(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return given[name] === undefined ? `${name} is not set` : `${name} ${issue.message}`;
    });
    return { ok: false, problems: [...problems, ...halves] };
  }
  if (halves.length > 0) return { ok: false, problems: halves };
  const { data } = parsed;
  const { SMTP_URL: smtpUrl, SMTP_FROM: from } = data;
  const { BIGCOMMERCE_CLIENT_ID: clientId, BIGCOMMERCE_CLIENT_SECRET: clientSecret } = data;
  return {
    ok: true,
    settings: {
      databaseUrl: data.DATABASE_URL,
      encryptionKeys: data.BCSOURCE_ENCRYPTION_KEY,
      apiUrl: data.BIGCOMMERCE_API_URL,
      loginUrl: data.BIGCOMMERCE_LOGIN_URL,
      logLevel: data.BCSOURCE_LOG_LEVEL,
      temporalUi: data.BCSOURCE_TEMPORAL_UI ?? null,
      retention: data.BCSOURCE_KEEP_DAYS,
      publicUrl: data.BCSOURCE_PUBLIC_URL?.replace(/\/+$/, '') ?? null,
      roles: { worker: data.BCSOURCE_WORKER_ROLE ?? null, reader: data.BCSOURCE_READER_ROLE ?? null },
      smtp: smtpUrl && from ? { url: smtpUrl, from } : null,
      app: clientId && clientSecret ? { clientId, clientSecret } : null,
    },
  };
}

/** Of each of these the first asks for the second. */
const PAIRS = [
  ['SMTP_URL', 'SMTP_FROM'],
  ['BIGCOMMERCE_CLIENT_ID', 'BIGCOMMERCE_CLIENT_SECRET'],
  ['BIGCOMMERCE_CLIENT_SECRET', 'BIGCOMMERCE_CLIENT_ID'],
] as const;

function missingHalves(given: Record<string, string | undefined>): string[] {
  const halves = PAIRS.filter(([one, other]) => given[one] !== undefined && given[other] === undefined);
  return halves.map(([one, other]) => `${other} is not set, though ${one} is`);
}
