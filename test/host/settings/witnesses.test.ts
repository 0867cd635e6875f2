import { describe, expect, it } from 'vitest';
import { faults, settings } from './examples.ts';

describe('settings: witnesses that contradict each other', () => {
  it.each<[string, readonly string[], string]>([
    ['prefer without a policy', ['--witness=prefer'], '--witness "prefer": needs --witness-policy beside it'],
    ['require without a policy', ['--witness=require'], '--witness "require": needs --witness-policy beside it'],
    [
      'a policy that nobody uses',
      ['--witness-policy=p'],
      '--witness-policy "p": needs --witness=prefer or --witness=require beside it',
    ],
    [
      'a policy, and witnesses switched off',
      ['--witness=off', '--witness-policy=p'],
      '--witness-policy "p": needs --witness=prefer or --witness=require beside it',
    ],
    [
      'a witness that forgets',
      ['--dev', '--witness-for=f'],
      '--witness-for "f": has no use with --dev: a witness that forgets lets others fork',
    ],
    [
      'writers that are answered before a witness had its time',
      ['--witness=require', '--witness-policy=p', '--publish-timeout=2s'],
      '--publish-timeout: --publish-timeout (2000 ms) must be longer than --witness-timeout (2000 ms)',
    ],
    [
      'a witness that has more time than writers',
      ['--witness=require', '--witness-policy=p', '--witness-timeout=11s'],
      '--witness-timeout: --publish-timeout (10000 ms) must be longer than --witness-timeout (11000 ms)',
    ],
    ['a mode that is none', ['--witness=demand'], '--witness "demand": expected off, prefer, require'],
    [
      'a name that no note can hold',
      ['--witness-for=f', '--witness-name=a b'],
      '--witness-name "a b": expected a name without spaces and plus signs, such as log.example.org/witness',
    ],
  ])('refuses %s, in one sentence', (_what, argv, fault) => {
    expect(faults({ argv })).toStrictEqual([fault]);
  });

  it.each<readonly string[]>([
    ['--witness=prefer', '--witness-policy=p', '--witness-timeout=30s'],
    ['--witness=require', '--witness-policy=p', '--witness-timeout=9s'],
    ['--witness-for=f', '--witness-name=n', '--witness-key=k'],
    ['--witness=require', '--witness-policy=p', '--witness-for=f'],
  ])('and takes what fits together: %j', (...argv) => {
    expect(faults({ argv })).toStrictEqual([]);
  });

  it('keeps the witness’s key in the data folder unless told otherwise', () => {
    const { witness, witnessKey, witnessName } = settings({ argv: ['--data=/srv/log/'] });
    expect([witness, witnessKey, witnessName]).toEqual(['off', '/srv/log/keys/witness.pem', undefined]);
  });
});
