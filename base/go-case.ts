/*
 * Letter case as Go has it. JavaScript lower-cases whole texts, by rules that look at neighbours and may make two letters
 * of one; Go goes letter by letter.
 */

/** `strings.ToLower`. Two spellings of one search key are one key. */
export function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  if (lower === text || /^\p{ASCII}*$/u.test(text)) return lower;
  return Array.from(text, (char) => Array.from(char.toLowerCase())[0] ?? '').join('');
}

/** Folds a name so that two names of a struct field are equal when `encoding/json` takes one for the other. */
export function foldCase(name: string): string {
  return name.toUpperCase().toLowerCase(); // with the two letters beyond ASCII that fold into it: U+017F and U+212A
}
