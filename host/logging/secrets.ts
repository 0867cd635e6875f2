const CENSORED_TEXT = '[withheld]';

/** A whole key, or as much of it as is there; inside a JSON string its line breaks are `\n`. */
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[^"]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|(?="))/g;

/** A member with such a name, whose value is a text. */
const SECRET_MEMBER =
  /"((?:[\w-]*[_-])?(?:private-?_?key|secret|passw(?:or)?d|passphrase|token|authorization|cookie|set-cookie))":"(?:[^"\\]|\\.)*"/gi;

/** A log line in JSON, without what must never stand in a log. */
export function withoutSecrets(line: string): string {
  return line
    .replace(PRIVATE_KEY, CENSORED_TEXT)
    .replace(SECRET_MEMBER, (_all, name: string) => `"${name}":"${CENSORED_TEXT}"`);
}
