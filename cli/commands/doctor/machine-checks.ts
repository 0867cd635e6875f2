import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { systemSentence } from '../../../base/system-error.ts';
import { readAccessFile } from '../../../host/access/access-file.ts';
import { readPolicyFile } from '../../../host/access/policy-file.ts';
import { isSynchronized } from '../../../host/clock/clock-sync.ts';
import type { Settings } from '../../../host/settings/table.ts';
import { bad, type Finding, good } from './finding.ts';

const OLDEST_NODE = [24, 15] as const;
const SOON_MS = 14 * 24 * 60 * 60 * 1000;

export function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (isNew) return good('node', `Node ${version}`);
  return bad('node', `Node ${version} is older than ${OLDEST_NODE.join('.')}`, 'install a newer Node');
}

/** A log that ignores whether the clock is kept right is told, and that is no fault. */
export function clock({ clockSynchronized }: Settings): Finding {
  const isRight = isSynchronized();
  if (isRight === undefined) return good('clock', 'this system does not tell whether its clock is kept right');
  if (isRight) return good('clock', 'a time service keeps the clock right');
  if (clockSynchronized === 'ignore')
    return good(
      'clock',
      'the kernel knows of no time service that keeps the clock right, and --clock-synchronized does not ask for one',
    );
  return bad('clock', 'no time service keeps the clock right', 'start one, such as chrony or systemd-timesyncd');
}

/** Keys and tokens are for their owner alone. Windows has no such bits. */
export function privateFile(file: string): readonly Finding[] {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || process.platform === 'win32') return [];
  const isOpen = (found.mode & 0o077) !== 0;
  const chmod = `chmod ${found.isDirectory() ? 700 : 600} ${file}`;
  return [isOpen ? bad('permissions', `${file} is not for its owner alone`, chmod) : good('permissions', file)];
}

export function tls({ tlsCert, tlsKey }: Settings, now: number): readonly Finding[] {
  if (tlsCert === undefined || tlsKey === undefined) return [];
  const cure = 'put the right PEM file there, and send SIGHUP to the server';
  try {
    const certificate = new X509Certificate(readFileSync(tlsCert));
    if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(tlsKey))))
      return [bad('tls', `${tlsKey} is not the key of ${tlsCert}`, cure)];
    const end = new Date(certificate.validTo);
    const what = `${tlsCert} ends on ${end.toISOString()}`;
    return [end.getTime() < now + SOON_MS ? bad('tls', what, `renew it; ${cure}`) : good('tls', what)];
  } catch (error) {
    return [bad('tls', `${tlsCert} and ${tlsKey} cannot be used: ${sentenceOf(error)}`, cure)];
  }
}

/** Access and policy files, read as a start reads them. */
export function rules({ access, policy }: Settings): readonly Finding[] {
  return [
    ...(access === undefined ? [] : [readable('access', access, () => readAccessFile(access))]),
    ...(policy === undefined ? [] : [readable('policy', policy, () => readPolicyFile(policy))]),
  ];
}

function readable(check: string, file: string, read: () => unknown): Finding {
  try {
    read();
    return good(check, file);
  } catch (error) {
    const cure = existsSync(file) ? 'mend it: docs/private-log.md' : 'name the right file';
    return bad(check, `${file}: ${sentenceOf(error)}`, cure);
  }
}

/** @param timeout - milliseconds */
export async function reachable({ publicUrl }: Settings, timeout: number): Promise<readonly Finding[]> {
  if (publicUrl === undefined) return [];
  const cure = 'start the server, and look at the name, the proxy and the firewall';
  try {
    const { status } = await fetch(`${publicUrl}/healthz`, { signal: AbortSignal.timeout(timeout) });
    const what = `${publicUrl}/healthz answers ${status}`;
    return [status === 200 ? good('public-url', what) : bad('public-url', what, cure)];
  } catch (error) {
    const { cause = error } = error as Error;
    return [bad('public-url', `${publicUrl} does not answer: ${sentenceOf(cause)}`, cure)];
  }
}

export function sentenceOf(error: unknown): string {
  return error instanceof Error ? systemSentence(error) : String(error);
}
