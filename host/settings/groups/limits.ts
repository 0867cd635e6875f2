import { setting } from '../values/setting.ts';
import { choice, count, duration, size } from '../values/values.ts';
import { GIB, KIB, MIB, MINUTE, SECOND } from './units.ts';

export const LIMITS = {
  maxRequestBody: setting(size(KIB, 256 * MIB), '32MiB', 'Longest request body of v1.'),
  maxV2RequestBody: setting(size(KIB, 256 * MIB), '4MiB', 'Longest request body of v2.'),
  maxCanonicalBody: setting(size(1, 65_535), '65535', 'Longest entry, in the canonical form that the log holds.'),
  maxAttestationSize: setting(size(0, 64 * MIB), '102400', 'Longest attestation that is kept.'),
  maxRetrieve: setting(count(1, 1000), '10', 'Entries that one retrieve request may ask for.'),
  searchPage: setting(count(1, 100_000), '1000', 'Hits that a search reads at a time.'),
  searchLimit: setting(count(1, 1_000_000), '10000', 'Hits in one search answer.'),
  maxJsonDepth: setting(count(1, 10_000), '10000', 'Arrays and objects inside one another in a request body.'),
  maxJsonValues: setting(
    count(1, 10_000_000),
    '20000',
    'Values in a request body; what is in a payload is not counted.',
  ),
};

export const LOAD = {
  maxBodiesInFlight: setting(
    size(KIB, 16 * GIB),
    '40MiB',
    'Memory for request bodies of all requests, no address more than half of it; beyond that the answer is 503.',
  ),
  maxSmallBodiesInFlight: setting(
    size(64 * KIB, 16 * GIB),
    '8MiB',
    'Memory for request bodies of up to 64 KiB, beside that: large ones cannot take it.',
  ),
  maxConnections: setting(
    count(16, 1_000_000),
    '4096',
    'Open connections; a further one ends the oldest that has no whole request, of the address that has most.',
  ),
  maxConnectionsPerAddress: setting(
    count(1, 1_000_000),
    '1024',
    'Open connections of one address, or one IPv6 network of 64 bits; --trusted-proxies may have more.',
  ),
  maxUnsentAnswers: setting(
    size(32 * MIB, 16 * GIB),
    '128MiB',
    'Memory for answers until their readers take them, no address more than half of it; beyond that the slowest readers are given up, and then long answers are 503.',
  ),
  unsentTimeout: setting(
    duration(SECOND, 10 * MINUTE),
    '30s',
    'Time in which a reader has to take some of its answer: 64 KiB, or the rest.',
  ),
  admissionThreads: setting(
    count(1, 256),
    { words: 'the number of processors less one', from: ({ cores }) => String(Math.min(256, Math.max(1, cores - 1))) },
    'Threads that parse entries and check their signatures.',
  ),
  verifier: setting(
    choice('auto', 'openssl', 'node'),
    'auto',
    "What checks ECDSA signatures over digests: OpenSSL through Node's FFI, or what every Node has. auto takes the first if it works.",
  ),
  admissionQueue: setting(
    count(1, 1_000_000),
    '4096',
    'Requests that may wait for a thread; beyond that, and where all wait for long, the answer is 503.',
  ),
  maxWaiting: setting(
    count(1, 1_000_000),
    '4096',
    'Checked entries that may wait to be written; beyond that, and where all wait for long, the answer is 503.',
  ),
  maxWaitingBytes: setting(
    size(KIB, 16 * GIB),
    '64MiB',
    'Size of the entries that may wait to be written; beyond that the answer is 503.',
  ),
  batch: setting(count(1, 65_536), '256', 'Entries that are written together at most.'),
};
