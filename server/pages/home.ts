import { toHex } from '../../base/bytes.ts';
import type { Log } from '../../log/types.ts';
import type { OtherText } from '../http/answer.ts';
import { html, renderPage } from './layout.ts';

export interface HomeOptions {
  readonly log: Log;
  /** Where the reader finds the server, without a final slash. */
  readonly base: string;
  /** The front of links to the root of the server; empty on the page at the root itself. */
  readonly root: string;
  readonly dev: boolean;
}

/** What this log is, how it stands, and how to put a first entry into it. */
export function homePage({ log, base, root: top, dev }: HomeOptions): OtherText<string> {
  const { size, root, checkpoint } = log.head();
  const { treeId, publicKey } = log.shard;
  const [name = ''] = checkpoint.split(' - ', 1);
  const main = html`<main>
    <h1>Transparency log ${name}</h1>
    <p>
      An append-only log of signed entries that speaks version 1 of Rekor's API. What it once holds can be neither
      changed nor taken out without notice: everyone can ask it to prove that an entry is in it, and that it has only
      grown.
    </p>
    <dl>
      <dt>Entries</dt>
      <dd>${size}</dd>
      <dt>Root hash</dt>
      <dd><code>${toHex(root)}</code></dd>
      <dt>Tree id</dt>
      <dd><code>${treeId}</code></dd>
      <dt>Public key</dt>
      <dd><pre>${publicKey}</pre></dd>
    </dl>
    <h2>The first entry</h2>
    <p>
      With a new key, over a file that only you have. The log gets the file's hash, the signature and the public key.
    </p>
    <pre>${firstEntry(base)}</pre>
    <h2>More</h2>
    <ul>
      <li><a href="${top}docs">Console</a>: every operation, to read and to try</li>
      <li><a href="${top}openapi.json">OpenAPI document</a></li>
      <li><a href="${top}api/v1/log">Signed head</a></li>
      <li><a href="${top}api/v1/log/entries?logIndex=0">Entry 0</a></li>
    </ul>
  </main>`;
  return renderPage({ title: `Transparency log ${name}`, main, dev });
}

/** Commands for a POSIX shell with openssl and curl. */
function firstEntry(base: string): string {
  return `echo hello > artifact
openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl ec -in key.pem -pubout -out key.pub
openssl dgst -sha256 -sign key.pem -out artifact.sig artifact

curl -H 'Content-Type: application/json' ${base}/api/v1/log/entries -d @- <<EOF
{ "apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {
  "data": { "hash": { "algorithm": "sha256",
    "value": "$(openssl dgst -sha256 -r artifact | cut -d' ' -f1)" } },
  "signature": {
    "content": "$(openssl base64 -A -in artifact.sig)",
    "publicKey": { "content": "$(openssl base64 -A -in key.pub)" } } } }
EOF`;
}
