import { chown, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** A certificate and its key, as files. */
export interface Identity {
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}

/** Somebody who certifies; `cert` is what has to be trusted. */
export interface Authority extends Identity {
  /** A certificate of this name, for a server on 127.0.0.1 or for a client. */
  issue(name: string, use: 'server' | 'client'): Promise<Identity>;
}

const common = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/** Makes an authority of its own in a folder; its files are readable by the owner of `likeFile` too, where one is given. */
export async function makeAuthority(folder: string, name: string, likeFile?: string): Promise<Authority> {
  const made = await generate([{ name: 'commonName', value: name }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const save = (which: string, cert: string, key: string) => saveIdentity(join(folder, which), { cert, key }, likeFile);
  return {
    ...(await save(name, made.cert, made.private)),
    async issue(holder, use) {
      const issued = await generate([{ name: 'commonName', value: holder }], {
        ...common,
        ca: { key: made.private, cert: made.cert },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'keyUsage', digitalSignature: true },
          { name: 'extKeyUsage', serverAuth: use === 'server', clientAuth: use === 'client' },
          {
            name: 'subjectAltName',
            altNames: [
              ...(use === 'server' ? [{ type: 7, ip: '127.0.0.1' } as const] : []),
              { type: 2, value: holder },
            ],
          },
        ],
      });
      return save(`${name}-${holder}`, issued.cert, issued.private);
    },
  };
}

async function saveIdentity(
  path: string,
  { cert, key }: { cert: string; key: string },
  likeFile?: string,
): Promise<Identity> {
  const files = { certFile: `${path}.pem`, keyFile: `${path}.key` };
  await writeFile(files.certFile, cert, { mode: 0o644 });
  await writeFile(files.keyFile, key, { mode: 0o600 });
  if (likeFile !== undefined && process.getuid?.() === 0) {
    const { uid, gid } = await stat(likeFile);
    await chown(files.keyFile, uid, gid);
  }
  return { ...files, cert, key };
}
