import type { Credentials } from './sign-v4.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Credentials, and until when they are taken: milliseconds since the Unix epoch, undefined for ever. */
export interface TimedCredentials extends Credentials {
  readonly expires?: number | undefined;
}

/** An empty variable is as none, as AWS's tools have it. */
export function variable(env: Environment, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}
