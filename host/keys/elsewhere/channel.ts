import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { SignerPlace } from './signer-place.ts';

export interface ChannelEvents {
  readonly data: (chunk: Buffer) => void;
  /** Called at least once when nothing more comes, with the reason. */
  readonly ended: (reason: string) => void;
}

/** Bytes to and from a signer. */
export interface Channel {
  write(text: string): void;
  /** Ends it. A command that does not end by itself then is killed. */
  close(): void;
}

/** Milliseconds that a command has to end after its input did. */
const END_MS = 2000;

export function openChannel(place: SignerPlace, events: ChannelEvents): Channel {
  try {
    return place.way === 'unix' ? connectTo(place.path, events) : run(place.command, place.args, events);
  } catch (error) {
    queueMicrotask(() => events.ended(codeOf(error))); // such as that this process has no more descriptors
    return { write: () => undefined, close: () => undefined };
  }
}

function connectTo(path: string, { data, ended }: ChannelEvents): Channel {
  const socket = connect({ path });
  socket.on('data', data);
  socket.on('error', (error) => ended(`the connection to ${path} failed: ${codeOf(error)}`));
  socket.on('close', () => ended(`${path} closed the connection`));
  return { write: (text) => void socket.write(text), close: () => void socket.destroy() };
}

/**
 * Its errors go to the errors of this process. It stands in a process group of its own: an interrupt at the terminal, which
 * stops the server, must not take the signer from entries that are being finished.
 */
function run(command: string, args: readonly string[], { data, ended }: ChannelEvents): Channel {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  let isOver = false;
  const over = (reason: string): void => {
    isOver = true;
    ended(reason);
  };
  child.stdout.on('data', data);
  child.stdin.on('error', () => undefined); // the end of the process tells
  child.on('error', (error) => over(`${command} cannot be run: ${codeOf(error)}`));
  child.on('close', (code, signal) => over(`${command} ended with ${signal ?? `code ${code}`}`));
  return {
    write: (text) => void child.stdin.write(text),
    close: () => {
      child.stdin.end();
      setTimeout(() => isOver || child.kill('SIGKILL'), END_MS).unref();
    },
  };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}
