import type { Settings } from '../domain/environment.ts';
import { ClientError } from './errors.ts';
import type { InstalledApp } from './installs.ts';

/** Which variables of the environment an app still needs. */
export function missingOfApp({ app, publicUrl }: Settings): string[] {
  return [
    ...(app ? [] : ['BIGCOMMERCE_CLIENT_ID', 'BIGCOMMERCE_CLIENT_SECRET']),
    ...(publicUrl ? [] : ['BCSOURCE_PUBLIC_URL']),
  ];
}

/** The app that stores install. Throws ClientError naming what is missing of it. */
export function requireApp(settings: Settings): InstalledApp {
  const { app, loginUrl, publicUrl } = settings;
  if (app && publicUrl) return { ...app, loginUrl, publicUrl };
  const missing = missingOfApp(settings);
  throw new ClientError(
    'settings_missing',
    `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set.`,
    'Take the first two from the app in the Developer Portal; the last is where BigCommerce reaches `bcsource serve`. See docs/connect.md.',
    2,
    { problems: missing.map((name) => `${name} is not set`) },
  );
}
