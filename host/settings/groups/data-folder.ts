/** Other defaults follow the data folder. */
export const STANDARD_DATA = './data';

/** A default that is the path of the data folder with `ending` behind it. */
export function fromData(ending: string) {
  return {
    words: `<data>${ending}`,
    from: ({ data }: { readonly data: string }) => (data.length > 1 ? data.replace(/[/\\]+$/, '') : data) + ending,
  };
}
