import { Generator } from './load.ts';
import { measure, portOf, warmUp } from './measure.ts';
import type { BodyKind } from './submissions.ts';
import { type Scenario, withServer } from './scenarios.ts';

/* Cost to clients that mean well, and memory of the server, while others do not. */

/** As many again beside those that are measured: first with good submissions, for comparison, then with forged ones. */
const BESIDE: readonly BodyKind[] = ['hashedrekord', 'forged'];

/** Good submissions, beside as many connections that send signatures of something else. */
export const flood: Scenario = (folder, options) =>
  withServer(folder, options, async ({ server, generator }) => {
    using others = new Generator();
    const { connections, seconds } = options;
    const loop = { port: portOf(server), connections, seconds };
    const rows = [];
    for (const kind of BESIDE) {
      await warmUp(server, generator, options);
      await others.make(kind, MOST_BESIDE * seconds);
      const beside = others.submit(loop);
      rows.push(
        await measure(server, `submit x${connections} beside ${kind} x${connections}`, () => generator.submit(loop)),
      );
      await beside;
    }
    return rows;
  });

/** More a second than come beside. */
const MOST_BESIDE = 5000;

/** As large as a request may be unless settings say otherwise. */
const LARGEST_BYTES = 32 * 2 ** 20;

/** Requests as large as they may be, all at the same time. The row is about memory and stalls. */
export const largeBodies: Scenario = (folder, options) =>
  withServer(folder, options, async ({ server, generator }) => {
    const { connections, seconds } = options;
    const question = { path: '/api/v1/log/entries/retrieve', body: '{"logIndexes":[0]}'.padEnd(LARGEST_BYTES) };
    const load = () => generator.ask({ port: portOf(server), connections, seconds }, [question]);
    return [await measure(server, `requests of 32 MiB x${connections}`, load)];
  });
