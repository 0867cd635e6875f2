import { command, type Command } from '../frame/command.ts';
import { adminLog } from './admin-log/about.ts';
import { audit } from './audit/about.ts';
import { backup } from './backup/about.ts';
import { checkpoint } from './checkpoint/about.ts';
import { completion } from './completion/about.ts';
import { doctor } from './doctor/about.ts';
import { exportLog } from './export/about.ts';
import { get } from './get/about.ts';
import { help } from './help/about.ts';
import { importLog } from './import/about.ts';
import { info } from './info/about.ts';
import { keys } from './keys/about.ts';
import { policy } from './policy/about.ts';
import { proof } from './proof/about.ts';
import { proxy } from './proxy/about.ts';
import { recover } from './recover/about.ts';
import { restore } from './restore/about.ts';
import { search } from './search/about.ts';
import { serve } from './serve/about.ts';
import { shard } from './shard/about.ts';
import { signingConfig } from './signing-config/about.ts';
import { status } from './status/about.ts';
import { tail } from './tail/about.ts';
import { token } from './token/about.ts';
import { trustConfig } from './trust-config/about.ts';
import { trustRoot } from './trust-root/about.ts';
import { upload } from './upload/about.ts';
import { verify } from './verify/about.ts';
import { verifyEvidence } from './verify-evidence/about.ts';
import { watch } from './watch/about.ts';

/** Every command, in the order of the help. Its code is loaded when it runs. */
export const COMMANDS: readonly Command[] = [
  command(upload, () => import('./upload/run.ts')),
  command(get, () => import('./get/run.ts')),
  command(search, () => import('./search/run.ts')),
  command(verify, () => import('./verify/run.ts')),
  command(proof, () => import('./proof/run.ts')),
  command(info, () => import('./info/run.ts')),
  command(checkpoint, () => import('./checkpoint/run.ts')),
  command(tail, () => import('./tail/run.ts')),
  command(audit, () => import('./audit/run.ts')),
  command(watch, () => import('./watch/run.ts')),
  command(verifyEvidence, () => import('./verify-evidence/run.ts')),
  command(proxy, () => import('./proxy/run.ts')),
  command(trustRoot, () => import('./trust-root/run.ts')),
  command(signingConfig, () => import('./signing-config/run.ts')),
  command(trustConfig, () => import('./trust-config/run.ts')),
  command(serve, () => import('./serve/run.ts')),
  command(status, () => import('./status/run.ts')),
  command(doctor, () => import('./doctor/run.ts')),
  command(keys, () => import('./keys/run.ts')),
  command(shard, () => import('./shard/run.ts')),
  command(exportLog, () => import('./export/run.ts')),
  command(importLog, () => import('./import/run.ts')),
  command(backup, () => import('./backup/run.ts')),
  command(restore, () => import('./restore/run.ts')),
  command(recover, () => import('./recover/run.ts')),
  command(token, () => import('./token/run.ts')),
  command(adminLog, () => import('./admin-log/run.ts')),
  command(policy, () => import('./policy/run.ts')),
  command(completion, () => import('./completion/run.ts')),
  command(help, () => import('./help/run.ts')),
];
