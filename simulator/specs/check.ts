import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { Simulator } from '../server.ts';
import { documents, readDocument, responsePointer, schemaAt, type SpecDocument } from './document.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { comparePresence } from './presence.ts';
import { SPEC_REQUESTS, type SpecRequest } from './requests.ts';

export interface Deviation {
  readonly text: string;
  /** Why it is meant to be there; undefined for one that is not. */
  readonly reason: string | undefined;
}

export interface CheckResult {
  readonly calls: number;
  readonly deviations: readonly Deviation[];
}

/** Calls a simulator as the specifications describe and compares what it answers with their schemas. */
export async function checkAgainstSpecs(simulator: Simulator, folder: string): Promise<CheckResult> {
  const documentOf = documentReader(folder);
  const texts = new Set<string>();
  for (const request of SPEC_REQUESTS) {
    const found = await checkOne(simulator, request, documentOf(request.file));
    for (const text of found) texts.add(`${request.method.toUpperCase()} ${request.file} ${request.route}: ${text}`);
  }
  const deviations = [...texts].map((text) => {
    return { text, reason: KNOWN_DIFFERENCES.find((known) => known.pattern.test(text))?.reason };
  });
  return { calls: SPEC_REQUESTS.length, deviations };
}

interface Loaded extends SpecDocument {
  readonly ajv: Ajv;
}

function documentReader(folder: string): (file: string) => Loaded {
  const loaded = new Map<string, Loaded>();
  return (file) => {
    const known = loaded.get(file);
    if (known !== undefined) return known;
    const document = readDocument(folder, file);
    const ajv = new Ajv({ strict: false, allErrors: true, logger: false, validateSchema: false });
    addFormats.default(ajv);
    ajv.addSchema({ ...document.root, $id: 'spec' });
    const made = { ...document, ajv };
    loaded.set(file, made);
    return made;
  };
}

async function checkOne(simulator: Simulator, request: SpecRequest, document: Loaded): Promise<string[]> {
  const response = await simulator.app.inject({
    method: request.method.toUpperCase() as 'GET',
    url: `/stores/demo${request.path}`,
    headers: { 'x-auth-token': request.token ?? 'demo-token', 'content-type': 'application/json' },
    ...(request.body === undefined ? {} : { payload: JSON.stringify(request.body) }),
  });
  const status = response.statusCode;
  if (!documents(document, request.route, request.method, status)) return [`answers an undocumented ${status}`];
  const at = responsePointer(document, request.route, request.method, status);
  if (at === undefined || response.body === '') return [];
  const value = parse(response.body);
  const validate = document.ajv.compile({ $ref: `spec${at}` });
  validate(value);
  const errors = (validate.errors ?? []).map(
    (error) => `${status} ${plain(error.instancePath)} ${error.message ?? ''}`,
  );
  const presence = comparePresence(document, schemaAt(document, at), value).map((text) => `${status} ${text}`);
  return [...new Set([...errors, ...presence])];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A path without positions, so that the same difference in every row is told once. */
function plain(path: string): string {
  return path.replace(/\/\d+/g, '[]').replaceAll('/', '.');
}
