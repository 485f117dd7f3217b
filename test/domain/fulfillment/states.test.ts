import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideMessage, isFinal } from '../../../domain/fulfillment/states.ts';
import type { FrMessage, FrSituation, Processing } from '../../../domain/fulfillment/states.ts';

const kinds = [
  'process',
  'release',
  'cancel',
  'retry',
  'amended',
  'settingsChanged',
  'hold',
  'sendNow',
  'adopt',
] as const;

function messageOf(kind: (typeof kinds)[number]): FrMessage {
  if (kind === 'hold') return { kind, until: '2026-11-23T14:00:00Z' };
  if (kind === 'sendNow') return { kind, runId: 'run-1' };
  return kind === 'adopt' ? { kind, orderId: 7 } : { kind };
}

function situationOf(processing: Processing, fields: Partial<FrSituation> = {}): FrSituation {
  const orderId = processing === 'acknowledged' ? 7 : null;
  return { number: 'PO-1', processing, reasonCode: null, orderId, outcomeUnknown: false, ...fields };
}

/** What becomes of each message, in the order of `kinds`. */
const table: [string, FrSituation, string][] = [
  ['unprocessed', situationOf('unprocessed'), 'process release cancel refuse nothing nothing hold nothing refuse'],
  ['processing', situationOf('processing'), 'nothing release cancel refuse nothing nothing hold sendNow refuse'],
  ['sending', situationOf('sending'), 'refuse refuse cancel refuse nothing nothing refuse refuse refuse'],
  [
    'sending, outcome unknown',
    situationOf('sending', { outcomeUnknown: true }),
    'refuse refuse lookAgain lookAgain nothing nothing refuse refuse adopt',
  ],
  [
    'failed for a SKU',
    situationOf('failed', { reasonCode: 'sku_not_found' }),
    'refuse refuse cancel retry retry nothing refuse nothing adopt',
  ],
  [
    'failed for its credential',
    situationOf('failed', { reasonCode: 'credential_refused' }),
    'refuse refuse cancel retry retry retry refuse nothing adopt',
  ],
  [
    'failed, outcome unknown',
    situationOf('failed', { reasonCode: 'outcome_unknown', outcomeUnknown: true }),
    'refuse refuse lookAgain lookAgain nothing nothing refuse refuse adopt',
  ],
  [
    'acknowledged',
    situationOf('acknowledged'),
    'refuse refuse cancelInStore refuse nothing nothing refuse nothing refuse',
  ],
  ['canceled', situationOf('canceled'), 'refuse refuse nothing refuse nothing nothing refuse nothing refuse'],
];

it.each(table)('what messages do to a request that is %s', (_name, situation, verdicts) => {
  expect(kinds.map((kind) => decideMessage(situation, messageOf(kind)).do).join(' ')).toBe(verdicts);
});

describe('of any request', () => {
  const processing = fc.constantFrom<Processing>(
    ...(['unprocessed', 'processing', 'sending', 'acknowledged', 'failed', 'canceled'] as const),
  );
  const code = fc.constantFrom(null, 'sku_not_found', 'credential_refused', 'scope_missing', 'outcome_unknown');
  const message = fc.constantFrom(...kinds).map(messageOf);

  it('nothing is done but looking, or adopting, while an outcome is unknown', () => {
    fc.assert(
      fc.property(processing, code, message, (state, reasonCode, told) => {
        fc.pre(!isFinal(state));
        const verdict = decideMessage(situationOf(state, { reasonCode, outcomeUnknown: true }), told);
        expect(['lookAgain', 'adopt', 'nothing', 'refuse']).toContain(verdict.do);
      }),
    );
  });

  it('an end stays an end, and a refusal after sending names the order', () => {
    fc.assert(
      fc.property(processing.filter(isFinal), message, (state, told) => {
        const verdict = decideMessage(situationOf(state), told);
        expect(['cancelInStore', 'nothing', 'refuse']).toContain(verdict.do);
        if (verdict.do === 'cancelInStore') expect(state).toBe('acknowledged');
        if (verdict.do === 'refuse' && state === 'acknowledged') {
          expect(verdict.answer).toContain('already sent as BigCommerce order 7');
        }
      }),
    );
  });
});

it('a request of which nobody knows the outcome says what helps, not to wait', () => {
  const failed = situationOf('failed', { reasonCode: 'outcome_unknown', outcomeUnknown: true });
  for (const kind of ['release', 'process'] as const)
    expect(decideMessage(failed, { kind })).toMatchObject({
      do: 'refuse',
      answer: expect.stringMatching(/fr adopt .* --order ID.*fr retry /),
    });
});
