import { holdsKey } from '../../entries/facts/holds-key.ts';
import type { EntryJudge } from './entry-judge.ts';
import { Forbidden } from './failures.ts';

/**
 * Refuses entries with the log's own key, whoever sends them: those are the heads of its admin log. Without this a promise or a head of
 * the log, which its key has signed too, could be logged as an entry, and would pass for the head of lines that are missing.
 *
 * @param publicKey - PEM
 */
export function ownKeyJudge(publicKey: string): EntryJudge {
  const isOwn = holdsKey(publicKey);
  return {
    judge({ body }) {
      if (isOwn(body)) throw new Forbidden("the entry has the log's own key: those are made by the log alone");
    },
  };
}
