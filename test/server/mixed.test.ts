import { describe, expect, inject, it } from 'vitest';
import { askOf } from '../support/ask.ts';
import { auditLog } from '../support/audit.ts';
import { openTestLog } from '../support/log.ts';

const KINDS = ['dsse 0.0.1', 'dsse 0.0.2', 'hashedrekord 0.0.1', 'hashedrekord 0.0.2', 'intoto 0.0.1', 'intoto 0.0.2'];

describe('the logs that tests of v1 run on', () => {
  it('hold entry 0 alone and, when they run again, entries of every kind of both APIs', async () => {
    const { app, close } = await openTestLog();
    try {
      await using asking = await askOf(app);
      const { bodies } = await auditLog(asking, '', (await asking.get('/vkey')).text);
      const kinds = bodies.map((body) => {
        const { kind, apiVersion } = JSON.parse(body.toString()) as { kind: string; apiVersion: string };
        return `${kind} ${apiVersion}`;
      });
      expect([...new Set(kinds)].toSorted()).toEqual(inject('logsBegin') === 'mixed' ? KINDS : ['hashedrekord 0.0.1']);
    } finally {
      await close();
    }
  });
});
