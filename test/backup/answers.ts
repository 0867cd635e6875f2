interface HeadsPage {
  readonly nextBelow?: number | string;
}

/** Answers by the path that was asked. */
export type Answers = ReadonlyMap<string, string>;

/** Sizes of the heads that are asked for proofs from. */
const MOST_PROOFS = 64;

/**
 * Asks a log everything that can be asked about its first `size` entries: each by index and by UUID with its proof and its
 * signed entry timestamp, tiles, bundles, proofs between sizes, keys, checkpoints, and searches.
 *
 * @param digests - what is searched for
 */
export async function answersOf(base: string, size: number, digests: readonly string[]): Promise<Answers> {
  const answers = new Map<string, string>();
  const ask = async (path: string, body?: unknown): Promise<string> => {
    const request = body === undefined ? {} : { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) };
    const response = await fetch(base + path, request);
    const bytes = Buffer.from(await response.arrayBuffer());
    const answer = `${response.status} ${bytes.toString('latin1')}`;
    answers.set(body === undefined ? path : `${path} ${JSON.stringify(body)}`, answer);
    return answer;
  };
  for (const path of FIXED) await ask(path);
  for (let below: number | undefined = size + 1; below !== undefined;) {
    const page = JSON.parse((await ask(`/api/v2/log/heads?below=${below}&limit=100`)).slice(4)) as HeadsPage;
    below = page.nextBelow === undefined ? undefined : Number(page.nextBelow);
  }
  for (const path of tilesOf(size)) await ask(path);
  for (let index = 0; index < size; index += 1) {
    const [uuid] = Object.keys(JSON.parse((await ask(`/api/v1/log/entries?logIndex=${index}`)).slice(4)) as object);
    await ask(`/api/v1/log/entries/${uuid}`);
  }
  const step = Math.max(1, Math.floor(size / MOST_PROOFS));
  for (let first = 1; first < size; first += step) await ask(`/api/v1/log/proof?firstSize=${first}&lastSize=${size}`);
  for (const digest of digests) await ask('/api/v1/index/retrieve', { hash: digest });
  return answers;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const FIXED = ['/api/v1/log', '/api/v1/log/publicKey', '/checkpoint', '/api/v2/log/publicKey', '/vkey'];
const WIDTH = 256;

function tilesOf(size: number): readonly string[] {
  const paths: string[] = [];
  for (let level = 0, nodes = size; nodes > 0; level += 1, nodes = Math.floor(nodes / WIDTH))
    for (let index = 0; index * WIDTH < nodes; index += 1) {
      const width = Math.min(WIDTH, nodes - index * WIDTH);
      const name = `${String(index).padStart(3, '0')}${width < WIDTH ? `.p/${width}` : ''}`;
      paths.push(`/tile/${level}/${name}`);
      if (level === 0) paths.push(`/tile/entries/${name}`);
    }
  return paths;
}

/** Paths whose answers differ. */
export function differences(before: Answers, after: Answers): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path));
}
