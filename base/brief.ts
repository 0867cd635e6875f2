/** Shortens a text that may be megabytes long to the part that a message repeats. */
export function brief(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100).toWellFormed()}...` : text;
}
