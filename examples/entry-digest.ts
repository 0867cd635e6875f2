interface Body {
  readonly spec?: { readonly hashedRekordV002?: { readonly data?: { readonly digest?: string } } };
}

/** The digest, in base64, that a hashedrekord 0.0.2 is of. Undefined for entries of other kinds. @param body - verified */
export function digestIn(body: Uint8Array): string | undefined {
  const { spec } = JSON.parse(new TextDecoder().decode(body)) as Body;
  return spec?.hashedRekordV002?.data?.digest;
}
