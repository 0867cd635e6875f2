const CENSORED_TEXT = '[withheld]';

/** A whole key, or as much of it as is there; inside a JSON string its line breaks are `\n`. */
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[^"]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|(?="))/g;

/** A member with such a name, whose value is a text. */
const SECRET_MEMBER =
  /"((?:[\w-]*[_-])?(?:private-?_?key|secret|passw(?:or)?d|passphrase|token|authorization|cookie|set-cookie))":"(?:[^"\\]|\\.)*"/gi;

/** A token of the log's own (host/access/token-text.ts), or as much of it as is there. Names of metrics have underscores. */
const TOKEN = /stele_[0-9A-Za-z]{12,}/g;

/** A JWT, or as much of it as is there: its header begins with `{"`. */
const JWT = /eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g;

/** A text without tokens of the log's own and JWTs: what a sender wrote may hold some in any place. */
export function withoutTokens(text: string): string {
  return text.replace(TOKEN, CENSORED_TEXT).replace(JWT, CENSORED_TEXT);
}

/** A log line in JSON, without what must never stand in a log. */
export function withoutSecrets(line: string): string {
  return withoutTokens(line)
    .replace(PRIVATE_KEY, CENSORED_TEXT)
    .replace(SECRET_MEMBER, (_all, name: string) => `"${name}":"${CENSORED_TEXT}"`);
}
