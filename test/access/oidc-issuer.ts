import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type JWK, Provider } from 'oidc-provider';

/** A real OpenID provider on loopback. */
export interface Issuer extends AsyncDisposable {
  readonly url: string;
  readonly publicKey: CryptoKey;
  /** An access token (a JWT) that the provider makes for a client, by client credentials. */
  grant(): Promise<string>;
  /** A JWT with these claims and those that a good one has, signed with the key of the provider. */
  sign(claims: JWTPayload, header?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Requests for keys so far. */
  readonly keyRequests: () => number;
}

export const AUDIENCE = 'https://log.test';

export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'one', use: 'sig', alg: 'RS256' } as JWK;
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = providerAt(url, jwk);
  const asked = countKeyRequests(server);
  const answer = provider.callback();
  server.on('request', (request, response) => void answer(request, response));
  return {
    url,
    publicKey,
    keyRequests: asked,
    grant: () => grantOf(url),
    async sign(claims, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: url, aud: AUDIENCE, sub: 'job 1', iat: now, exp: now + 300, ...claims };
      return new SignJWT(all).setProtectedHeader({ alg: 'RS256', kid: 'one', ...header }).sign(privateKey);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function providerAt(url: string, jwk: JWK): Provider {
  return new Provider(url, {
    clients: [
      {
        client_id: 'ci',
        client_secret: 'secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: [jwk] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: 'log', audience: AUDIENCE, accessTokenFormat: 'jwt' }),
      },
    },
  });
}

function countKeyRequests(server: Server): () => number {
  let count = 0;
  server.on('request', ({ url }: { readonly url?: string }) => (count += url === '/jwks' ? 1 : 0));
  return () => count;
}

async function grantOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from('ci:secret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: AUDIENCE, scope: 'log' }),
  });
  const { access_token: token } = (await answer.json()) as { readonly access_token: string };
  return token;
}
