import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { needsApproval } from '../../domain/archive-guard.ts';
import { readEnvironment } from '../../domain/environment.ts';
import { cutPositions, rangesFromCuts } from '../../domain/id-ranges.ts';
import { createPageSizer } from '../../domain/page-size.ts';

describe('the archive guard', () => {
  const guard = { share: 0.2, minimum: 50 };
  it.each<[string, { archive: number; zero: number; pool: number; productsRead: number }, boolean]>([
    ['nothing leaves', { archive: 0, zero: 0, pool: 1000, productsRead: 1000 }, false],
    ['exactly the share leaves', { archive: 200, zero: 0, pool: 1000, productsRead: 800 }, false],
    ['one more than the share leaves', { archive: 201, zero: 0, pool: 1000, productsRead: 799 }, true],
    ['archived and zeroed together are more', { archive: 101, zero: 100, pool: 1000, productsRead: 899 }, true],
    ['only stock is lost', { archive: 0, zero: 500, pool: 1000, productsRead: 1000 }, true],
    ['a small pool loses much', { archive: 49, zero: 0, pool: 60, productsRead: 11 }, false],
    ['a small pool loses the minimum', { archive: 50, zero: 0, pool: 60, productsRead: 10 }, true],
    ['the feed is empty, however small the pool', { archive: 1, zero: 0, pool: 1, productsRead: 0 }, true],
    ['the feed and the pool are empty', { archive: 0, zero: 0, pool: 0, productsRead: 0 }, false],
  ])('asks a person where it should: %s', (_name, plan, asks) => expect(needsApproval(plan, guard)).toBe(asks));

  it.each([
    [{ share: 1, minimum: 0 }, 100, false],
    [{ share: 0, minimum: 0 }, 1, true],
    [{ share: 0, minimum: 0 }, 0, false],
    [{ share: 0, minimum: 2 }, 1, false],
  ])('can be set (%j, %i leave): %p', (set, archive, asks) => {
    expect(needsApproval({ archive, zero: 0, pool: 100, productsRead: 5 }, set)).toBe(asks);
  });
});

describe('ranges of ids', () => {
  it.each([
    [0, 250, []],
    [499, 250, []],
    [999, 250, []],
    [1000, 250, [500]],
    [2000, 250, [500, 1000, 1500]],
    [1_000_000, 250, [250_000, 500_000, 750_000]],
    [16, 2, [4, 8, 12]],
  ])('are cut at even positions: %i products, pages of %i', (total, pageSize, cuts) => {
    expect(cutPositions(total, pageSize)).toEqual(cuts);
  });

  it('cover every id once and are open at the end, whatever the cuts are', () => {
    const cuts = fc.array(fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }), { maxLength: 5 });
    fc.assert(
      fc.property(cuts, fc.integer({ min: 1, max: 200 }), (found, id) => {
        const ranges = rangesFromCuts(found);
        const holding = ranges.filter(({ after, upTo }) => id > after && (upTo === null || id <= upTo));
        expect(holding).toHaveLength(1);
        expect(ranges.at(-1)!.upTo).toBeNull();
      }),
    );
  });
});

describe('a page size', () => {
  it('halves down to one and goes back up after three good pages each', () => {
    const sizer = createPageSizer(250, 250);
    const sizes = Array.from({ length: 9 }, () => (sizer.shrink(), sizer.size));
    expect(sizes).toEqual([125, 62, 31, 15, 7, 3, 1, 1, 1]);
    const grown = Array.from({ length: 8 }, () => {
      for (let page = 0; page < 3; page++) sizer.grow();
      return sizer.size;
    });
    expect(grown).toEqual([2, 4, 8, 16, 32, 64, 128, 250]);
  });

  it('does not grow while every third page fails', () => {
    const sizer = createPageSizer(250, 100);
    for (let round = 0; round < 3; round++) {
      sizer.grow();
      sizer.grow();
      sizer.shrink();
    }
    expect(sizer.size).toBe(12);
  });

  it('never leaves what the source allows', () => {
    const steps = fc.array(fc.boolean(), { maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 250 }), fc.integer({ min: -5, max: 400 }), steps, (largest, start, all) => {
        const sizer = createPageSizer(largest, start);
        for (const good of all) {
          if (good) sizer.grow();
          else sizer.shrink();
          expect(sizer.size).toBeGreaterThanOrEqual(1);
          expect(sizer.size).toBeLessThanOrEqual(largest);
        }
      }),
    );
  });
});

describe('the environment', () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  const good = { DATABASE_URL: 'postgres://u:p@localhost/x', BCSOURCE_ENCRYPTION_KEY: key };

  it('has defaults for BigCommerce and takes its addresses from nowhere else', () => {
    expect(readEnvironment(good)).toMatchObject({
      settings: { apiUrl: 'https://api.bigcommerce.com', loginUrl: 'https://login.bigcommerce.com', logLevel: 'info' },
    });
    const set = readEnvironment({ ...good, BIGCOMMERCE_API_URL: 'http://127.0.0.1:1', BCSOURCE_LOG_LEVEL: '' });
    expect(set).toMatchObject({ settings: { apiUrl: 'http://127.0.0.1:1', logLevel: 'info' } });
  });

  it('is told everything that is missing or malformed at once', () => {
    expect(readEnvironment({})).toEqual({
      ok: false,
      problems: ['DATABASE_URL is not set', 'BCSOURCE_ENCRYPTION_KEY is not set'],
    });
    const read = readEnvironment({ DATABASE_URL: 'mysql://x', BCSOURCE_ENCRYPTION_KEY: 'x', BIGCOMMERCE_API_URL: 'y' });
    expect(read.ok ? [] : read.problems).toHaveLength(3);
    expect(readEnvironment({ ...good, SMTP_URL: 'smtp://', BIGCOMMERCE_CLIENT_ID: 'x' })).toEqual({
      ok: false,
      problems: [
        expect.stringMatching(/^SMTP_URL names no mail server/),
        'SMTP_FROM is not set, though SMTP_URL is',
        'BIGCOMMERCE_CLIENT_SECRET is not set, though BIGCOMMERCE_CLIENT_ID is',
      ],
    });
  });

  it.each([
    ['names nobody', 'smtp://', 'names no mail server'],
    ['lacks its slashes', 'smtps:user:geheim@mail.example.com', 'names no mail server'],
    ['holds a bare % in its password', 'smtp://user:geheim%@mail.example.com', 'write % as %25'],
    ['holds a code that is no UTF-8', 'smtp://user:geheim%E9@mail.example.com', 'write % as %25'],
    ['has no port that exists', 'smtp://user:geheim@mail.example.com:99999', 'is not an address like'],
  ])('does not take a mail server that %s, and does not repeat it', (_name, SMTP_URL, problem) => {
    const read = readEnvironment({ ...good, SMTP_URL, SMTP_FROM: 'a@example.com' });
    expect(read).toEqual({ ok: false, problems: [expect.stringContaining(`${problem}`)] });
    expect(JSON.stringify(read)).not.toContain('geheim');
  });

  it.each(['smtp://127.0.0.1:25', 'smtps://user%40example.com:100%25é@mail.example.com'])('takes %s', (SMTP_URL) => {
    const smtp = { url: SMTP_URL, from: 'a@example.com' };
    expect(readEnvironment({ ...good, SMTP_URL, SMTP_FROM: smtp.from })).toMatchObject({ settings: { smtp } });
  });

  it.each([
    ['short', Buffer.alloc(31).toString('base64')],
    ['long', Buffer.alloc(33).toString('base64')],
    ['with a character that is none of base64', `${key.slice(0, 10)}!${key.slice(10)}`],
    ['empty between commas', `${key},,${key}`],
    ['second and wrong', `${key},abc`],
  ])('does not take a key that is %s, and does not repeat it', (_name, keys) => {
    const read = readEnvironment({ ...good, BCSOURCE_ENCRYPTION_KEY: keys });
    expect(read.ok ? '' : read.problems.join()).toContain('BCSOURCE_ENCRYPTION_KEY must hold keys of 32 bytes');
    expect(JSON.stringify(read)).not.toContain(keys.slice(0, 9));
  });

  it.each([key, `${key}, ${key}`, key.replace(/=+$/, '')])('takes a key or several (%#)', (keys) => {
    expect(readEnvironment({ ...good, BCSOURCE_ENCRYPTION_KEY: keys })).toMatchObject({ ok: true });
  });
});
