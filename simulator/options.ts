import { parseArgs } from 'node:util';
import { STANDARD_QUOTA, UNLIMITED_QUOTA, type QuotaSettings } from './http/quota.ts';
import { DEFAULT_SIZE, type SimulatorOptions } from './server.ts';

export interface CommandLine {
  readonly port: number;
  readonly simulator: SimulatorOptions;
}

const OPTIONS = {
  port: { type: 'string', default: '0' },
  preset: { type: 'string', default: DEFAULT_SIZE.preset },
  products: { type: 'string', default: String(DEFAULT_SIZE.products) },
  variants: { type: 'string', default: String(DEFAULT_SIZE.variants) },
  seed: { type: 'string', default: String(DEFAULT_SIZE.seed) },
  quota: { type: 'string', default: 'none' },
  log: { type: 'string' },
  state: { type: 'string' },
} as const;

/** Reads the command line, or answers a sentence for every option that cannot be used. */
export function readCommandLine(args: string[]): CommandLine | { problems: string[] } {
  const problems: string[] = [];
  const values = parse(args, problems);
  if (values === undefined) return { problems };
  const whole = (name: 'port' | 'products' | 'variants' | 'seed', low: number, high: number): number => {
    const value = Number(values[name]);
    if (!/^\d+$/.test(values[name]) || value < low || value > high) {
      problems.push(`--${name} must be a whole number from ${low} to ${high}, not "${values[name]}".`);
    }
    return value;
  };
  const { preset } = values;
  if (preset !== 'shop' && preset !== 'bulk') problems.push(`--preset must be shop or bulk, not "${preset}".`);
  const quota = readQuota(values.quota);
  if (quota === undefined) {
    problems.push(`--quota must be standard, none or LIMIT/WINDOWMS such as 450/30000, not "${values.quota}".`);
  }
  const port = whole('port', 0, 65_535);
  const size = {
    preset: preset === 'bulk' ? ('bulk' as const) : ('shop' as const),
    products: whole('products', 0, 2_000_000),
    // 600 variants are BigCommerce's own limit for a product.
    variants: whole('variants', 1, 600),
    seed: whole('seed', 0, 4_294_967_295),
  };
  if (problems.length > 0) return { problems };
  const files = {
    ...(values.log ? { logFile: values.log } : {}),
    ...(values.state ? { stateFile: values.state } : {}),
  };
  return { port, simulator: { size, quota: quota ?? UNLIMITED_QUOTA, ...files } };
}

type Values = Record<Exclude<keyof typeof OPTIONS, 'log' | 'state'>, string> & { log?: string; state?: string };

function parse(args: string[], problems: string[]): Values | undefined {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true }).values as Values;
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function readQuota(text: string): QuotaSettings | undefined {
  if (text === 'standard') return STANDARD_QUOTA;
  if (text === 'none') return UNLIMITED_QUOTA;
  const [, limit, windowMs] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? [];
  if (limit === undefined || windowMs === undefined) return undefined;
  return { limit: Number(limit), windowMs: Number(windowMs), headers: true };
}
