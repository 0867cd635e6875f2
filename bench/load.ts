import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { LoopResult } from './closed-loop.ts';
import type { Question } from './connection.ts';
import type { Command, LoopSettings, Report } from './generator.ts';
import type { BodyKind } from './submissions.ts';

/** Our end of a generator. One command at a time. */
export class Generator implements Disposable {
  readonly #child: ChildProcess = fork(new URL('./generator.ts', import.meta.url), { serialization: 'advanced' });

  async make(kind: BodyKind, count: number): Promise<void> {
    await this.#command({ do: 'make', kind, count });
  }

  submit(loop: LoopSettings): Promise<LoopResult> {
    return this.#loop({ do: 'submit', loop });
  }

  ask(loop: LoopSettings, questions: readonly Question[]): Promise<LoopResult> {
    return this.#loop({ do: 'ask', loop, questions });
  }

  async #loop(command: Command): Promise<LoopResult> {
    const report = await this.#command(command);
    if (report === undefined) throw new Error('the generator measured nothing');
    return report;
  }

  async #command(command: Command): Promise<Report> {
    const over = new AbortController();
    const { signal } = over;
    const gone = once(this.#child, 'exit', { signal }).then(() => {
      throw new Error('the generator has ended');
    });
    const answer = once(this.#child, 'message', { signal }).then(
      ([message]) => (message as { readonly report: Report }).report,
    );
    this.#child.send(command);
    try {
      return await Promise.race([answer, gone]);
    } finally {
      over.abort();
      await Promise.allSettled([answer, gone]);
    }
  }

  [Symbol.dispose](): void {
    this.#child.removeAllListeners('exit');
    this.#child.kill();
  }
}
