/*
 * Signals. Each of them but SIGKILL and SIGSTOP would end the process at once, in the midst of requests that it has
 * accepted, if nothing listened to it. SIGUSR1 would open Node's debugger, in the process that holds the keys.
 */

const STOPPING = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM', 'SIGXCPU'] as const;

export interface SignalActions {
  /** Finish the requests that were accepted, then end. Called once, whatever comes after. */
  readonly stop: (signal: string) => void;
  /** Read again what may have been renewed. */
  readonly reload: () => void;
}

/**
 * Listens to signals until the process ends. SIGHUP stops a server that writes to a terminal, because that terminal was
 * closed; any other goes on and reloads, as services do, so that `nohup` protects it.
 */
export function onSignals({ stop, reload }: SignalActions, terminal: boolean): void {
  let stopped = false;
  const stopOnce = (signal: string): void => {
    if (stopped) return;
    stopped = true;
    stop(signal);
  };
  for (const signal of process.platform === 'win32' ? (['SIGINT', 'SIGTERM'] as const) : STOPPING)
    process.on(signal, stopOnce);
  process.on('SIGHUP', () => (terminal || process.platform === 'win32' ? stopOnce('SIGHUP') : reload()));
}
