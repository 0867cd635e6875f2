import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { foldersIn, type LogFolder, startServer } from '../../testkit/server-process.ts';
import { copyLog } from '../support/log-copies.ts';
import type { Outsider } from '../support/outsider.ts';
import { grow } from './starts.ts';

/** A log that does not run, and that has grown since an old copy of it was made. */
export interface CopiedLog {
  readonly original: LogFolder;
  readonly old: LogFolder;
  readonly outsider: Outsider;
  /** Makes a copy of how it is now, beside it. */
  copy(name: string): LogFolder;
}

/** Heads that the log has beyond its copy: the journal may lack the last two without a fault, because a crash can take them. */
const LATER_HEADS = 3;

/** @param random - gives numbers from 0 up to 1: whether the log was stopped or killed, and whether it ran while it was copied */
export async function beginCopied(parent: LogFolder, outsider: Outsider, random: () => number): Promise<CopiedLog> {
  const inside = (name: string): LogFolder => {
    const folder = foldersIn(join(parent.parent, name));
    mkdirSync(folder.parent);
    return folder;
  };
  const [original, old] = [inside('original'), inside('old')];
  const isCopiedRunning = random() < 0.5;
  {
    await using server = await startServer(original);
    await grow(server, outsider, 'early', 1 + Math.floor(random() * 4));
    if (isCopiedRunning) copyLog(original, old);
    else {
      await server.kill();
      copyLog(original, old);
    }
    if (isCopiedRunning) await growLater(server);
  }
  if (!isCopiedRunning) {
    await using server = await startServer(original);
    await growLater(server);
  }
  const copy = (name: string): LogFolder => {
    const folder = inside(name);
    copyLog(original, folder);
    return folder;
  };
  return { original, old, outsider, copy };

  async function growLater(server: Awaited<ReturnType<typeof startServer>>): Promise<void> {
    await grow(server, outsider, 'late', LATER_HEADS + Math.floor(random() * 4));
    await (random() < 0.5 ? server.stop() : server.kill());
  }
}
