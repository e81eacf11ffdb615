/** What a place of a login's token begins with that stands in a page: `@html.csrf_token`. */
export const HTML_PLACE = "@html.";

/** What a page has in its input, or its meta element, of this name; undefined where there is none. */
export function htmlField(page: unknown, name: string): string | undefined {
  if (typeof page !== "string") return undefined;
  return htmlFields(page).find((field) => field.name === name)?.value;
}

/** The inputs and meta elements of a page that have a name and a value. */
export function htmlFields(page: string): { readonly name: string; readonly value: string }[] {
  return [...page.matchAll(/<(?:input|meta)\b[^>]{1,2000}>/gi)].flatMap(([tag]) => {
    const name = attributeOf(tag, "name");
    const value = attributeOf(tag, "value") ?? attributeOf(tag, "content");
    return name === undefined || value === undefined ? [] : [{ name, value }];
  });
}

function attributeOf(tag: string, name: string): string | undefined {
  const [, , quoted, bare] =
    new RegExp(`\\s${name}\\s*=\\s*(?:(["'])(.*?)\\1|([^\\s"'>]+))`, "i").exec(tag) ?? [];
  return quoted ?? bare;
}
