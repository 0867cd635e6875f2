import { describe, expect, it } from 'vitest';
import { createHealth } from '../../host/health.ts';

/** A log whose heartbeats a test answers. */
function watched(patience = 20) {
  const beats: PromiseWithResolvers<void>[] = [];
  const state: { time: number; refusal: string | undefined; dropped: number } = {
    time: 0,
    refusal: undefined,
    dropped: 0,
  };
  const health = createHealth({
    heartbeat: () => {
      const beat = Promise.withResolvers<void>();
      beats.push(beat);
      return beat.promise;
    },
    refusal: () => state.refusal,
    witnesses: () => [],
    droppedLines: () => state.dropped,
    damagedReads: () => 0,
    within: 1000,
    patience,
    now: () => state.time,
  });
  return { health, beats, state };
}

const READY_BODY = { ready: true, checks: { write: 'ok', entries: 'ok' } };

describe('readyz: whether the log can write', () => {
  it('writes when it is asked, and not again while that is young', async () => {
    const { health, beats, state } = watched(60_000);
    const asked = health.ready();
    beats[0]?.resolve();
    expect(await asked).toEqual(READY_BODY);
    state.time = 1000;
    expect(await health.ready()).toEqual(READY_BODY);
    expect(beats.length).toBe(1);

    state.time = 1001;
    const again = health.ready();
    expect(beats.length).toBe(2);
    beats[1]?.resolve();
    expect(await again).toEqual(READY_BODY);
  });
  it('writes once for all who ask meanwhile', async () => {
    const { health, beats } = watched(60_000);
    const asked = Array.from({ length: 50 }, () => health.ready());
    expect(beats.length).toBe(1);
    beats[0]?.resolve();
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 50 }, () => READY_BODY));
  });
  it('says that a write failed, and tries again', async () => {
    const { health, beats } = watched(60_000);
    const asked = health.ready();
    beats[0]?.reject(new Error('secret words of the disk'));
    expect(await asked).toEqual({ ready: false, checks: { write: 'a write failed', entries: 'ok' } });
    const again = health.ready();
    beats[1]?.resolve();
    expect(await again).toEqual(READY_BODY);
  });
  it('does not wait for a disk that hangs, nor asks it for more', async () => {
    const { health, beats } = watched(20);
    const late = { ready: false, checks: { write: 'no write within 20 ms', entries: 'ok' } };
    expect(await health.ready()).toEqual(late);
    expect(await health.ready()).toEqual(late);
    expect(beats.length).toBe(1);
    beats[0]?.resolve();
    await beats[0]?.promise;
    expect(await health.ready()).toEqual(READY_BODY);
    expect(beats.length).toBe(1);
  });
  it('counts lines of its own log that could not be written, and is ready all the same', async () => {
    const { health, beats, state } = watched(60_000);
    state.dropped = 7;
    const asked = health.ready();
    beats[0]?.resolve();
    expect(await asked).toEqual({ ...READY_BODY, droppedLogLines: 7 });
  });
  it('says why the log takes no entries', async () => {
    const { health, beats, state } = watched(60_000);
    state.refusal = 'the clock was set';
    const asked = health.ready();
    beats[0]?.resolve();
    expect(await asked).toEqual({ ready: false, checks: { write: 'ok', entries: 'the clock was set' } });
  });
});
