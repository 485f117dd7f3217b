import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DATABASES, type ServerSettings } from './configuration.ts';

const run = promisify(execFile);

/** Makes the server's databases with their tables, or brings them up to date; safe to repeat, also after a kill. */
export async function prepareSchema(tool: string, { postgres }: Pick<ServerSettings, 'postgres'>): Promise<void> {
  const [host = '', port = ''] = postgres.host.split(':');
  const connection = { SQL_HOST: host, SQL_PORT: port, SQL_USER: postgres.user, SQL_PASSWORD: postgres.password };
  for (const [name, database] of Object.entries(DATABASES)) {
    const env = { PATH: process.env.PATH, ...connection, SQL_PLUGIN: 'postgres12', SQL_DATABASE: database };
    await run(tool, ['create-database'], { env });
    await run(tool, ['setup-schema', '-v', '0.0'], { env });
    await run(tool, ['update-schema', '--schema-name', `postgresql/v12/${name}`], { env });
  }
}
