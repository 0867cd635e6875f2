import { describe, expect, it } from 'vitest';
import { trialSentence } from '../../../host/start/trial-log.ts';

const ADVICE =
  /needs its host name .*npm run -s stele -- serve --origin log\.example\.org --data \/var\/lib\/stele\/data$/;

describe('the line of a first start without a name', () => {
  it('says that git clean deletes a log that is kept inside the checkout', () => {
    const said = trialSentence('localhost', new URL('../../../data', import.meta.url).pathname);
    expect(said).toContain('where git clean -fdx deletes the log and its keys');
    expect(said).toMatch(ADVICE);
  });
  it('does not say so of a folder elsewhere', () => {
    expect(trialSentence('localhost', '/var/lib/stele/data')).not.toContain('git clean');
  });
});
