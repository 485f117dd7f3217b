import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import type { Roles } from './roles.ts';

/** Roles that rights cannot be given to, or that could do more than they should; nothing was changed. */
export class RolesRefused extends Error {
  readonly code = 'settings_missing';

  constructor(readonly problems: string[]) {
    super(problems.join('; '));
  }
}

const VARIABLES = { worker: 'BCSOURCE_WORKER_ROLE', reader: 'BCSOURCE_READER_ROLE' } as const;

type Kind = keyof Roles;

interface Named {
  kind: Kind;
  name: string;
}

function namedRoles(roles: Roles): Named[] {
  const kinds: Kind[] = ['worker', 'reader'];
  return kinds.flatMap((kind) => (roles[kind] === null ? [] : [{ kind, name: roles[kind] }]));
}

/**
 * Refuses, before anything is changed, roles to which a migration could not give their rights, or must not: one that is
 * not there, the owner itself, a role of Postgres, one role for both. Throws RolesRefused with every problem.
 */
export async function requireRoles(db: Executor, roles: Roles): Promise<void> {
  const named = namedRoles(roles);
  if (named.length === 0) return;
  const { owner, login, isOwner, known } = await lookAt(db, named);
  const problems = named.flatMap(({ kind, name }) => problemOf(VARIABLES[kind], name, { owner, known }));
  if (roles.worker === roles.reader) problems.push(`${VARIABLES.reader} is the same role as ${VARIABLES.worker}`);
  if (!isOwner) problems.push(`DATABASE_URL logs in as ${login}, and only ${owner}, who owns the tables, gives rights`);
  if (problems.length > 0) throw new RolesRefused(problems);
}

function problemOf(variable: string, name: string, { owner, known }: { owner: string; known: string[] }): string[] {
  if (name === owner) return [`${variable} is ${name}, the owner, who would lose its rights`];
  if (name.startsWith('pg_')) return [`${variable} is ${name}, a role of Postgres itself`];
  if (known.includes(name)) return [];
  return [`${variable} is ${name}, a role that Postgres does not have: make it with \`create role ... login\``];
}

interface Look {
  /** Who owns the tables; whoever logs in where there are none yet. */
  owner: string;
  login: string;
  isOwner: boolean;
  known: string[];
}

async function lookAt(db: Executor, named: readonly Named[]): Promise<Look> {
  const names = named.map(({ name }) => name);
  const { rows } = await sql<Look>`
    select pg_get_userbyid(o.id)::text as owner, current_user::text as login, pg_has_role(o.id, 'usage') as "isOwner",
      array(select rolname::text from pg_roles where rolname = any (${names}::text[])) as known
    from (select coalesce(
      (select relowner from pg_class where oid = to_regclass('public.sources')),
      (select oid from pg_roles where rolname = current_user)) as id) o`.execute(db);
  return rows[0]!;
}

/**
 * Looks whether these roles can do more than their rights say, e.g. as members of another role. Throws RolesRefused with
 * every problem.
 */
export async function refuseWiderRights(trx: Executor, roles: Roles): Promise<void> {
  const found = await Promise.all(namedRoles(roles).map((named) => widerRights(trx, named)));
  if (found.flat().length > 0) throw new RolesRefused(found.flat());
}

async function widerRights(trx: Executor, { kind, name }: Named): Promise<string[]> {
  const { rows } = await sql<{ tables: string[]; mayCreate: boolean }>`
    select has_schema_privilege(${name}, 'public', 'create') as "mayCreate", array(
      select relname::text from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and ${kind === 'reader'}
        and has_table_privilege(${name}, oid, 'select, insert, update, delete')
      order by relname) as tables`.execute(trx);
  const { tables, mayCreate } = rows[0]!;
  const rights = [
    ...(tables.length > 0 ? [`use ${listed(tables)}`] : []),
    ...(mayCreate ? ['make tables in the schema public'] : []),
  ];
  if (rights.length === 0) return [];
  const by = 'by another role that it is a member of, or as a superuser';
  return [`${VARIABLES[kind]} is ${name}, which may ${rights.join(' and ')} ${by}`];
}

const MOST_TABLES = 3;

function listed(tables: readonly string[]): string {
  const more = tables.length - MOST_TABLES;
  return `${tables.slice(0, MOST_TABLES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
