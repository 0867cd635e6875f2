import { compareHeads, type Comparison } from '../client/audit/compare-heads.ts';
import type { Fork } from '../client/evidence/evidence.ts';
import { originOf, type TrustedHead } from '../client/trusted-keys.ts';
import type { HeadClaims } from './claims.ts';
import { guarded, readClaims, rootUrl, setVerdict } from './dom.ts';
import { showFork } from './fork.ts';
import { keysOf, openHead, openHeads } from './heads.ts';
import { recall, remember, type Remembered } from './memory.ts';
import { proverAt } from './prover.ts';

/** Audits the log at each visit: its newest head has to be the one that the browser remembers, grown on. */
export function checkGrowth(): void {
  const line = document.querySelector<HTMLElement>('#growth') ?? undefined;
  const failed = (reason: string): void => setVerdict(line, 'fails', `The newest head cannot be checked: ${reason}.`);
  guarded(() => {
    const claims = readClaims('head-claims');
    if (line === undefined || claims === undefined) return;
    guarded(() => audit(claims, line, failed), failed);
  }, failed);
}

async function audit(claims: HeadClaims, line: HTMLElement, failed: (reason: string) => void): Promise<void> {
  const root = rootUrl();
  const opened = openHeads(claims);
  if (!opened.holds) return failed(opened.reason);
  const told = await headsOfApi(claims, root);
  if (typeof told === 'string') return failed(`the API answers otherwise: ${told}`);
  const before = recall(root, claims);
  const size = opened.heads[0]?.checkpoint.size ?? 0;
  const known = before === undefined || size < before.size ? [] : rememberedHeads(before, claims);
  const outcome = await compareAll([...known, ...opened.heads, ...told], root, claims.treeId);
  if (outcome.found === 'forked') {
    setVerdict(line, 'fails', 'This log has forked.');
    return showFork(outcome.forks);
  }
  if (outcome.found === 'unproved') return failed(outcome.reason);
  conclude(claims, before, size, line);
}

/** Says how the log stands to the last visit, and remembers a head that follows from it. */
function conclude(claims: HeadClaims, before: Remembered | undefined, size: number, line: HTMLElement): void {
  if (before !== undefined && size < before.size) {
    const why = `The log shows ${counted(size)}, and this browser has seen ${before.size}.`;
    setVerdict(line, 'fails', why);
    return;
  }
  const isKept = remember(rootUrl(), claims, size);
  if (before === undefined) setVerdict(line, 'unknown', firstVisit(size, isKept));
  else setVerdict(line, 'holds', sinceThen(before, size));
}

function firstVisit(size: number, isKept: boolean): string {
  return isKept
    ? `First visit: this browser remembers the head of ${counted(size)}, and will have the log prove that it only grows.`
    : 'This browser remembers nothing, so it cannot tell whether the log only grows.';
}

function sinceThen({ size, seen }: Remembered, now: number): string {
  const when = new Date(seen).toISOString().slice(0, 16).replace('T', ' ');
  return now === size
    ? `The same ${counted(now)} as at your last visit, ${when}.`
    : `Grown from ${size} to ${counted(now)} since your last visit, ${when}: proved.`;
}

/** A head that was remembered was verified then; by keys that the page does not name any more it is of another log. */
function rememberedHeads({ keys, notes }: Remembered, claims: HeadClaims): readonly TrustedHead[] {
  const trusted = keysOf({ keys });
  return notes.flatMap((note) => {
    const opened = openHead(note, claims, trusted);
    return opened.holds ? [opened] : [];
  });
}

/** Heads as the API gives them, or why one does not hold. An API that does not answer says nothing. */
async function headsOfApi(claims: HeadClaims, root: string): Promise<readonly TrustedHead[] | string> {
  const { rekor, checkpoint } = claims.paths;
  const notes = await Promise.all([
    rekor === undefined ? undefined : readNote(root + rekor, (text) => rekorNote(text, claims.treeId)),
    checkpoint === undefined ? undefined : readNote(root + checkpoint, (text) => text),
  ]);
  const keys = keysOf(claims);
  const heads: TrustedHead[] = [];
  for (const note of notes.filter((one) => one !== undefined)) {
    const opened = openHead(note, claims, keys);
    if (!opened.holds) return opened.reason;
    heads.push(opened);
  }
  return heads;
}

async function readNote(url: string, noteIn: (text: string) => string | undefined): Promise<string | undefined> {
  const answer = await fetch(url, { headers: { accept: '*/*' } });
  return answer.status === 200 ? noteIn(await answer.text()) : undefined;
}

function rekorNote(text: string, treeId: string): string | undefined {
  const { treeID, signedTreeHead } = JSON.parse(text) as { readonly treeID?: string; readonly signedTreeHead?: string };
  return treeID === treeId ? signedTreeHead : undefined;
}

type Outcome =
  | { readonly found: 'grown' }
  | { readonly found: 'forked'; readonly forks: readonly Fork[] }
  | { readonly found: 'unproved'; readonly reason: string };

/** Compares heads of one origin with each other, each with the next larger one. */
async function compareAll(heads: readonly TrustedHead[], root: string, treeId: string): Promise<Outcome> {
  const prover = proverAt(root, treeId);
  const forks: Fork[] = [];
  let unproved: string | undefined;
  for (const origin of new Set(heads.map(({ note }) => originOf(note)))) {
    const own = heads.filter(({ note }) => originOf(note) === origin);
    const sorted = own.toSorted((one, other) => one.checkpoint.size - other.checkpoint.size);
    for (const [i, head] of sorted.entries()) {
      const old = sorted[i - 1];
      const compared: Comparison = old === undefined ? { found: 'same' } : await compareHeads(old, head, prover);
      if (compared.found === 'forked') forks.push(compared.fork);
      if (compared.found === 'unproved') unproved = compared.reason;
    }
  }
  if (forks.length > 0) return { found: 'forked', forks };
  return unproved === undefined ? { found: 'grown' } : { found: 'unproved', reason: unproved };
}

const counted = (size: number): string => (size === 1 ? 'one entry' : `${size} entries`);
