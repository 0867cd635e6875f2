import { readQuestion } from './recognise.ts';

/** Has `/` lead to the search, and says of what kind an input is while it is typed. */
export function startSearch(): void {
  const field = document.querySelector<HTMLInputElement>('#q');
  const says = document.querySelector('#q-kind');
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    if (field === null) location.assign(document.querySelector<HTMLAnchorElement>('a.brand')?.href ?? './');
    else field.focus();
  });
  if (field === null || says === null) return;
  const hint = [...says.childNodes].map((node) => node.cloneNode(true));
  field.addEventListener('input', () => {
    if (field.value.trim() === '') says.replaceChildren(...hint.map((node) => node.cloneNode(true)));
    else says.textContent = kindsOf(field.value);
  });
}

/** Whether a key goes into a field. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function kindsOf(text: string): string {
  const question = readQuestion(text);
  if (question === undefined) return 'A search joins a few terms, all by AND or all by OR.';
  return `Taken for ${question.terms.map(({ says }) => says).join(` ${question.operator.toUpperCase()} `)}.`;
}
