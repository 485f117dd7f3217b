import { errors, jwtVerify } from 'jose';
import { storeOfContext } from '../../domain/store-hash.ts';
import type { AppSettings } from '../../domain/environment.ts';
import type { SignedCallback } from '../installs.ts';

/** BigCommerce's clock and ours differ; its own example begins 5 s before it was issued. */
const CLOCK_SKEW_S = 60;
/** BigCommerce gives about a day. */
const LONGEST_AGE = '25h';

/** A callback that BigCommerce did not sign for this app, or not for now. The reason is for the log: it quotes nothing. */
export class SignatureRefused extends Error {
  override readonly name = 'SignatureRefused';
}

/**
 * Reads `signed_payload_jwt` (bigcommerce/docs, apps guide, "callbacks"): HS256 with the client secret and nothing else,
 * made by BigCommerce, for this app, valid now, about one store. Throws SignatureRefused.
 */
export async function readSignedPayload(token: unknown, app: AppSettings, now: Date): Promise<SignedCallback> {
  if (typeof token !== 'string' || token.length > 4096) throw new SignatureRefused('there is no token');
  const claims = await verify(token, app, now);
  const storeHash = storeOfContext(claims.sub);
  if (!storeHash) throw new SignatureRefused('the subject is no store');
  if (typeof claims.jti !== 'string' || claims.jti === '') throw new SignatureRefused('the token has no id');
  return { storeHash, tokenId: claims.jti, issuedAt: new Date(claims.iat! * 1000) };
}

async function verify(token: string, app: AppSettings, now: Date) {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(app.clientSecret), {
      algorithms: ['HS256'],
      audience: app.clientId,
      issuer: 'bc',
      requiredClaims: ['sub', 'iat', 'exp', 'jti'],
      clockTolerance: CLOCK_SKEW_S,
      maxTokenAge: LONGEST_AGE,
      currentDate: now,
    });
    return payload;
  } catch (error) {
    const claim = error instanceof errors.JWTClaimValidationFailed ? ` (${error.claim})` : '';
    throw new SignatureRefused(`${error instanceof errors.JOSEError ? error.code : 'it cannot be read'}${claim}`);
  }
}
