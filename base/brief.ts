/** What a message repeats of a text that may be megabytes long. */
export function brief(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100).toWellFormed()}...` : text;
}
