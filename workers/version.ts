import { readFileSync } from 'node:fs';

/** The version of the package; from `dist` its file stands a folder further up. */
export function programVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const file = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version?: string };
      if (file.version) return file.version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}
