import { describe, expect, it, onTestFinished } from 'vitest';
import { SubmissionLimit } from '../../server/http/submission-limit.ts';

/** A limit whose thread has been late for long: its clock goes on by half a second at each look. */
async function lateLimit(): Promise<{ readonly limit: SubmissionLimit; readonly leave: (() => void)[] }> {
  let time = 0;
  const limit = new SubmissionLimit(() => (time += 500));
  const leave = Array.from({ length: 512 }, () => limit.enter('many'));
  onTestFinished(() => leave.forEach((out) => out()));
  await new Promise((later) => setTimeout(later, 200));
  return { limit, leave };
}

describe('submissions at one time', () => {
  it('are taken however many there are while the thread is in time', () => {
    const limit = new SubmissionLimit(() => 0);
    for (let i = 0; i < 1000; i += 1) limit.enter('one');
    expect(() => limit.enter('one')).not.toThrow();
  });

  it('are refused beyond a share of those that can be answered soon, once it is late for long', async () => {
    const { limit } = await lateLimit();
    expect(() => limit.enter('many')).toThrow('too many submissions are being worked on');
  });

  it('are taken from a sender that has fewer than its share', async () => {
    const { limit, leave } = await lateLimit();
    for (let i = 0; i < 256; i += 1) leave.push(limit.enter('other'));
    expect(() => limit.enter('many')).toThrow('too many submissions');
  });
});
