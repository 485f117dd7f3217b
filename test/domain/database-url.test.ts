import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../domain/environment.ts';

const BCSOURCE_ENCRYPTION_KEY = Buffer.alloc(32, 7).toString('base64');
const read = (query: string, before = 'postgres://u:geheim@db.example.com:5432/x') =>
  readEnvironment({ DATABASE_URL: before + query, BCSOURCE_ENCRYPTION_KEY });

describe('the URL of Postgres', () => {
  it.each([
    '',
    '?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/c.key',
    '?application_name=a%20b&options=-c%20search_path%3Dx&connect_timeout=10&keepalives=1',
    // As Neon hands it out.
    '?sslmode=require&channel_binding=require',
  ])('takes the options that pg or pg_dump know: %s', (query) => {
    expect(read(query)).toMatchObject({ ok: true });
  });

  it.each([
    ['sslmod=verify-full', /^DATABASE_URL has the option sslmod, which is not known; did you mean sslmode\?$/],
    ['SSLMODE=verify-full', /the option SSLMODE, .*; did you mean sslmode\?$/],
    ['sslrootcrt=geheim', /the option sslrootcrt, .*; did you mean sslrootcert\?$/],
    ['dbname=geheim', /the option dbname, which is not known$/],
    ['ge%20heim=1', /an option whose name is none/],
  ])('has no options that nobody reads: %s', (query, problem) => {
    const refused = read(`?${query}`);
    expect(refused).toEqual({ ok: false, problems: [expect.stringMatching(problem)] });
    expect(JSON.stringify(refused)).not.toMatch(/geheim|ge heim/);
  });

  it('has all of them told at once, once each', () => {
    const refused = read('?sslmod=a&sslmod=b&sslcrt=c');
    expect(refused).toMatchObject({ problems: [/sslmod,/, /sslcrt,/].map((name) => expect.stringMatching(name)) });
  });

  it.each([
    ['postgres://u:12?geheim=a@db.example.com/x', 'write it as %3F'],
    ['postgres://u:12#geheim@db.example.com/x', 'write it as %23'],
    ['postgres://u:p@db.example.com/x#?sslmode=verify-full', 'write it as %23'],
  ])('tells nothing of a password that ends early: %s', (url, problem) => {
    const refused = read('', url);
    expect(refused).toEqual({ ok: false, problems: [expect.stringContaining(problem)] });
    expect(JSON.stringify(refused)).not.toContain('geheim');
  });
});
