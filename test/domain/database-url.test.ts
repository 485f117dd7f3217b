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

  it('is read without the blanks around it', () => {
    const url = 'postgres://u:p@db.example.com/x';
    expect(read('\n', ` ${url}`)).toMatchObject({ settings: { databaseUrl: url } });
    expect(read(' ', '')).toMatchObject({ problems: [expect.stringContaining('is not an address like')] });
  });

  it.each(['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full'])('takes sslmode=%s', (mode) => {
    expect(read(`?sslmode=${mode}`)).toMatchObject({ ok: true });
  });

  const modes = 'one of disable, no-verify, prefer, require, verify-ca, verify-full as sslmode';
  it.each([
    ...['banana', 'disabled', 'allow', 'VERIFY-FULL', 'require%20', ''].map((mode) => [`sslmode=${mode}`, modes]),
    ['sslmode=verify-full&sslmode=', modes],
    ['ssl=false', 'one of true, 1, 0, no-verify as ssl'],
    ['sslnegotiation=none', 'one of postgres, direct as sslnegotiation'],
    ['uselibpqcompat=yes', 'one of true, false as uselibpqcompat'],
    ['port=x', 'a number from 1 to 65535 as port'],
    ['port=65536', 'a number from 1 to 65535 as port'],
  ])('has no option that says nothing: %s', (query, problem) => {
    expect(read(`?${query}`)).toEqual({ ok: false, problems: [`DATABASE_URL must have ${problem}`] });
  });

  it.each(['sslrootcert', 'sslcert', 'sslkey'])('names a file as %s', (name) => {
    expect(read(`?${name}=`)).toEqual({ ok: false, problems: [`DATABASE_URL names no file as ${name}`] });
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
