import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import { LruMap } from '../../base/lru-map.ts';
import { sha256Hex } from '../../base/sha256.ts';
import { type Certificate, readCertificate, subjectsOf } from '../../entries/pki/certificate.ts';
import { judgeClientChain } from '../../entries/pki/client-certificate.ts';
import { InvalidKey } from '../../entries/pki/failures.ts';
import type { ClientCertificateRules } from '../../host/access/mtls.ts';
import { grantsBy } from '../../host/access/rights-rules.ts';
import { Unauthenticated } from './failures.ts';
import { MAX_INTERMEDIATES, readForwarded, type ShownCertificates } from './forwarded-certificate.ts';
import type { ClientCertificateFacts, Principal } from './principal.ts';

/** Time for which a verdict on a certificate is good, in milliseconds. */
const VERDICT_MS = 60_000;
/** Certificates whose verdict is remembered. */
const KEPT_CERTIFICATES = 10_000;
/** Characters of an identity in a name. */
const MAX_IDENTITY = 200;

export interface ClientCertificatesOptions {
  /** Whether an address is of a proxy whose word is taken. */
  readonly isProxy: (address: string) => boolean;
  /** The time of the world, in milliseconds since the Unix epoch. */
  readonly time: () => number;
}

/** The holder of a certificate, or why the certificate is not taken. */
type Outcome = { readonly principal: Principal } | { readonly refusal: string };

interface Judged {
  readonly outcome: Outcome;
  /** From when until when it is good: milliseconds since the Unix epoch. */
  readonly from: number;
  readonly until: number;
}

/** Holders of client certificates, by the rules of one access file. The client has proved to TLS, here or at a proxy, that it has the key. */
export class ClientCertificates {
  readonly #options: ClientCertificatesOptions;
  /** Certificates by connection; the name is that of its verdict. */
  readonly #shown = new WeakMap<Socket, { readonly shown: ShownCertificates; readonly name: string } | 'none'>();
  #rules: ClientCertificateRules | undefined;
  #judged = new LruMap<string, Judged>(KEPT_CERTIFICATES);

  constructor(options: ClientCertificatesOptions) {
    this.#options = options;
  }

  /**
   * Returns who shows a certificate; undefined for who shows none. Of a proxy's connection its own certificate says nothing about who asks.
   *
   * @throws Unauthenticated for a certificate that is not taken
   */
  find(
    { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
    rules: ClientCertificateRules,
  ): Principal | undefined {
    if (this.#options.isProxy(socket.remoteAddress ?? '')) {
      const shown = rules.header === undefined ? undefined : readForwarded(headers, rules.header);
      return shown && this.#principalOf(shown, nameOf(shown), rules);
    }
    const own = this.#ofConnection(socket);
    return own === 'none' ? undefined : this.#principalOf(own.shown, own.name, rules);
  }

  #ofConnection(socket: Socket): { readonly shown: ShownCertificates; readonly name: string } | 'none' {
    const known = this.#shown.get(socket);
    if (known !== undefined) return known;
    const shown = shownOn(socket);
    const found = shown === undefined ? 'none' : { shown, name: nameOf(shown) };
    this.#shown.set(socket, found);
    return found;
  }

  /** @throws Unauthenticated */
  #principalOf(shown: ShownCertificates, name: string, rules: ClientCertificateRules): Principal {
    if (rules !== this.#rules) [this.#rules, this.#judged] = [rules, new LruMap(KEPT_CERTIFICATES)];
    const time = this.#options.time();
    let judged = this.#judged.get(name);
    if (judged === undefined || time < judged.from || time > judged.until) {
      judged = judge(shown, rules, time);
      this.#judged.set(name, judged);
    }
    if ('principal' in judged.outcome) return judged.outcome.principal;
    throw new Unauthenticated(`the client certificate is not taken: ${judged.outcome.refusal}`);
  }
}

/** Everything that a verdict depends on but the time and the rules. */
const nameOf = ({ leaf, intermediates }: ShownCertificates): string =>
  [leaf, ...intermediates].map((der) => sha256Hex(der)).join();

function shownOn(socket: Socket): ShownCertificates | undefined {
  const leaf = (socket as Partial<TLSSocket>).getPeerX509Certificate?.();
  if (leaf === undefined) return undefined;
  const intermediates: Uint8Array[] = [];
  let next: X509Certificate | undefined = leaf.issuerCertificate;
  for (; next !== undefined && intermediates.length < MAX_INTERMEDIATES; next = next.issuerCertificate)
    intermediates.push(next.raw);
  return { leaf: leaf.raw, intermediates };
}

function judge(shown: ShownCertificates, rules: ClientCertificateRules, time: number): Judged {
  const lasting = { from: time, until: time + VERDICT_MS };
  try {
    const [leaf, ...intermediates] = [shown.leaf, ...shown.intermediates].map((der) => readCertificate(der, 'go1.25'));
    if (leaf === undefined) return { ...lasting, outcome: { refusal: 'there is none' } };
    const verdict = judgeClientChain({ leaf, intermediates, authorities: rules.authorities, time });
    const outcome = verdict.holds ? outcomeOf(leaf, rules) : { refusal: verdict.reason };
    return { outcome, from: time, until: Math.min(lasting.until, time <= leaf.notAfter ? leaf.notAfter : Infinity) };
  } catch (error) {
    if (!(error instanceof InvalidKey)) throw error;
    return { ...lasting, outcome: { refusal: 'it cannot be read' } };
  }
}

function outcomeOf(leaf: Certificate, { rules }: ClientCertificateRules): Outcome {
  const certificate = factsOf(leaf);
  const identity = [...certificate.uris, ...certificate.emails, ...certificate.dns][0];
  if (identity === undefined) return { refusal: 'it names nobody: it has no URI, e-mail or DNS name (SAN)' };
  if (certificate.identities.some((one) => /[^\x21-\x7e]/.test(one)))
    return { refusal: 'it has a name (SAN) with characters that no name has' };
  const name = `certificate ${identity.slice(0, MAX_IDENTITY)}`;
  return { principal: { name, ...grantsBy(rules, { certificate }), certificate } };
}

const NO_NAMES = { dns: [], emails: [], uris: [] };

function factsOf(leaf: Certificate): ClientCertificateFacts {
  const { dns, emails, uris } = leaf.names ?? NO_NAMES;
  return {
    dns,
    emails,
    uris,
    identities: subjectsOf(leaf),
    subject: textOf(leaf.subjectName),
    issuer: textOf(leaf.issuerName),
    fingerprint: sha256Hex(leaf.der),
    notAfter: leaf.notAfter / 1000,
  };
}

const textOf = ({ commonName, organization }: Certificate['subjectName']): string => commonName ?? organization ?? '';
