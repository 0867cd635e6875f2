import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemCode } from '../../../base/system-error.ts';
import { RecordLogRefused, RecordLogUnreachable } from '../../record-log.ts';
import { containerCredentials } from './container-credentials.ts';
import { type Environment, type TimedCredentials, variable } from './environment.ts';
import type { Credentials } from './sign-v4.ts';

/** Milliseconds before the end of credentials at which others are fetched. */
const EARLY_MS = 60_000;

/** Credentials where AWS's tools look for them: the environment, then the shared credentials file, then the container's URL. */
export class CredentialSource {
  readonly #env: Environment;
  #kept: TimedCredentials | undefined;
  #reading: Promise<TimedCredentials> | undefined;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** @throws RecordLogRefused where there are none, RecordLogUnreachable */
  async get(): Promise<Credentials> {
    const { expires = Infinity } = this.#kept ?? { expires: 0 };
    if (this.#kept !== undefined && Date.now() < expires - EARLY_MS) return this.#kept;
    this.#reading ??= readCredentials(this.#env).finally(() => (this.#reading = undefined));
    try {
      return (this.#kept = await this.#reading);
    } catch (error) {
      // Those at hand are good until their end: a store of credentials that is away for a moment stops nothing.
      if (this.#kept !== undefined && Date.now() < expires && error instanceof RecordLogUnreachable) return this.#kept;
      throw error;
    }
  }

  /** Has them read again, because the store took them no more. @param refused - those that were sent */
  forget(refused: Credentials): void {
    if (this.#kept === refused) this.#kept = undefined;
  }
}

async function readCredentials(env: Environment): Promise<TimedCredentials> {
  return fromEnvironment(env) ?? (await fromFile(env)) ?? (await containerCredentials(env)) ?? refuse();
}

function refuse(): never {
  throw new RecordLogRefused(
    'there are no credentials for the object store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_SHARED_CREDENTIALS_FILE and AWS_PROFILE, or AWS_CONTAINER_CREDENTIALS_FULL_URI',
  );
}

function fromEnvironment(env: Environment): TimedCredentials | undefined {
  const [accessKeyId, secretAccessKey] = [variable(env, 'AWS_ACCESS_KEY_ID'), variable(env, 'AWS_SECRET_ACCESS_KEY')];
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: variable(env, 'AWS_SESSION_TOKEN') };
}

async function fromFile(env: Environment): Promise<TimedCredentials | undefined> {
  const file = variable(env, 'AWS_SHARED_CREDENTIALS_FILE') ?? join(homedir(), '.aws', 'credentials');
  const profile = await profileOf(file, env, String);
  const [accessKeyId, secretAccessKey] = [profile.get('aws_access_key_id'), profile.get('aws_secret_access_key')];
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: profile.get('aws_session_token') };
}

/** The region that the shared config file names for the profile. */
export async function regionOfProfile(env: Environment): Promise<string | undefined> {
  const file = variable(env, 'AWS_CONFIG_FILE') ?? join(homedir(), '.aws', 'config');
  const profile = await profileOf(file, env, (name) => (name === 'default' ? name : `profile ${name}`));
  return profile.get('region');
}

/** Longest shared file, in characters. */
const LONGEST_FILE = 1_000_000;

async function profileOf(
  file: string,
  env: Environment,
  spell: (name: string) => string,
): Promise<ReadonlyMap<string, string>> {
  const wanted = spell(variable(env, 'AWS_PROFILE') ?? 'default');
  const members = new Map<string, string>();
  let section: string | undefined;
  for (const line of (await textOf(file)).split(/\r?\n/)) {
    const head = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (head !== undefined) section = head.replaceAll(/\s+/g, ' ');
    const [, name, value = ''] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (section === wanted && name !== undefined) members.set(name.toLowerCase(), value);
  }
  return members;
}

/** Empty where there is no file. @throws RecordLogRefused */
async function textOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return '';
    throw new RecordLogRefused(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (text.length > LONGEST_FILE) throw new RecordLogRefused(`${file} is longer than ${LONGEST_FILE} characters`);
  return text;
}
