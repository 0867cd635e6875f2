import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { RecordLogRefused, RecordLogUnreachable } from '../../record-log.ts';
import { type Environment, type TimedCredentials, variable } from './environment.ts';
import { ask } from './http.ts';

/** Address of the agent that hands credentials to a container of ECS. */
const ECS_AGENT = 'http://169.254.170.2';

const LONGEST_ANSWER = 64 * 1024; // bytes

/** Credentials from the URL that a container is given; undefined where it is given none. @throws RecordLogRefused, RecordLogUnreachable */
export async function containerCredentials(env: Environment): Promise<TimedCredentials | undefined> {
  const relative = variable(env, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI');
  const full = variable(env, 'AWS_CONTAINER_CREDENTIALS_FULL_URI');
  if (relative !== undefined) return fetched(`${ECS_AGENT}${relative}`, env);
  return full === undefined ? undefined : fetched(full, env);
}

async function fetched(address: string, env: Environment): Promise<TimedCredentials> {
  const url = URL.parse(address);
  if (url === null || !mayAsk(url))
    throw new RecordLogRefused(
      `AWS_CONTAINER_CREDENTIALS_FULL_URI names ${url?.host ?? 'no URL'}: without https, only this machine and the agents of ECS and EKS are asked`,
    );
  const token = await tokenOf(env);
  const headers = token === undefined ? {} : { authorization: token };
  const { status, body } = await ask(url, { method: 'GET', headers, longest: LONGEST_ANSWER });
  if (status !== 200) throw new RecordLogUnreachable(`${url.host} answered ${status} when asked for credentials`);
  return parsed(body.toString(), url.host);
}

function mayAsk({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true;
  const isAgent = ['169.254.170.2', '169.254.170.23', '[fd00:ec2::23]'].includes(hostname);
  const isLoopback =
    hostname === '[::1]' || hostname === 'localhost' || (isIPv4(hostname) && hostname.startsWith('127.'));
  return protocol === 'http:' && (isAgent || isLoopback);
}

async function tokenOf(env: Environment): Promise<string | undefined> {
  const file = variable(env, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE');
  const token = file === undefined ? variable(env, 'AWS_CONTAINER_AUTHORIZATION_TOKEN') : await readFile(file, 'utf8');
  if (token !== undefined && /[\r\n]./.test(token))
    throw new RecordLogRefused('the token for container credentials has more than one line');
  return token?.trim();
}

function parsed(text: string, host: string): TimedCredentials {
  const faulty = (): never => {
    throw new RecordLogRefused(`${host} answered without AccessKeyId, SecretAccessKey and Expiration`);
  };
  try {
    const { AccessKeyId, SecretAccessKey, Token, Expiration } = JSON.parse(text) as Record<string, unknown>;
    if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string') return faulty();
    const expires = typeof Expiration === 'string' ? Date.parse(Expiration) : Infinity;
    if (Number.isNaN(expires)) return faulty();
    const sessionToken = typeof Token === 'string' ? Token : undefined;
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken, expires };
  } catch {
    return faulty();
  }
}
