import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClientConfigTLS, ConfigDataSource } from '@temporalio/envconfig';

/** What a setting is called where it was given: by its variable, or by its key in a file. */
export type NameOf = (variable: string, key: string) => string;

interface Pem {
  /** What a sentence calls it, with its file. */
  name: string;
  data: Buffer;
}

interface ReadTls {
  problems: string[];
  /** The same with the contents of the files: what was looked at is what is used. */
  read: { tls?: ClientConfigTLS };
}

/** Reads the certificates and keys and finds what cannot work, so that no connection has to fail for it. */
export function readTls(tls: ClientConfigTLS | undefined, nameOf: NameOf): ReadTls {
  // Nothing of it is used then.
  if (!tls || tls.disabled === true) return { problems: [], read: tls ? { tls } : {} };
  const problems: string[] = [];
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      problems.push((error as Error).message);
      return undefined;
    }
  };
  const pem = (source: ConfigDataSource | undefined, which: string) =>
    source && attempt(() => readPem(source, which, nameOf));
  const [authority, cert, key] = [
    pem(tls.serverCACert, 'server_ca_cert'),
    pem(tls.clientCert, 'client_cert'),
    pem(tls.clientKey, 'client_key'),
  ];
  if (authority) attempt(() => certificatesOf(authority));
  const certificate = cert && attempt(() => certificatesOf(cert)[0]);
  const privateKey = key && attempt(() => keyOf(key));
  if (certificate && privateKey && !certificate.checkPrivateKey(privateKey))
    problems.push(`${key.name} is not the key of ${cert.name}`);
  if (tls.clientCert && !tls.clientKey)
    problems.push(`TEMPORAL_TLS_CLIENT_KEY_PATH is not set, though a certificate is`);
  if (tls.clientKey && !tls.clientCert) problems.push(`TEMPORAL_TLS_CLIENT_CERT_PATH is not set, though a key is`);
  const { serverCACert: _, clientCert: __, clientKey: ___, ...others } = tls;
  const read = {
    ...(authority ? { serverCACert: authority } : {}),
    ...(cert ? { clientCert: cert } : {}),
    ...(key ? { clientKey: key } : {}),
  };
  return { problems, read: { tls: { ...others, ...read } } };
}

function readPem(source: ConfigDataSource, which: string, nameOf: NameOf): Pem {
  const variable = `TEMPORAL_TLS_${which.toUpperCase()}`;
  if ('data' in source) return { name: nameOf(`${variable}_DATA`, `${which}_data`), data: Buffer.from(source.data) };
  const { path } = source;
  const setting = nameOf(`${variable}_PATH`, `${which}_path`);
  // A number in a file would be read as one of what is open.
  if (typeof path !== 'string') throw new Error(`${setting} is not a path`);
  const name = `${setting} (${path})`;
  try {
    return { name, data: readFileSync(path) };
  } catch (error) {
    throw new Error(`${name} cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Node takes an authority without a word that it cannot read. */
function certificatesOf({ name, data }: Pem): X509Certificate[] {
  try {
    const found = data.toString('latin1').match(CERTIFICATE) ?? [];
    if (found.length > 0) return found.map((text) => new X509Certificate(text));
  } catch {
    // What OpenSSL says of it helps nobody.
  }
  throw new Error(`${name} holds no certificate that can be read (PEM)`);
}

function keyOf({ name, data }: Pem): KeyObject {
  try {
    return createPrivateKey(data);
  } catch {
    throw new Error(`${name} holds no private key that can be read (PEM, without a passphrase)`);
  }
}
