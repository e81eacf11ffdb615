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

/** A form of a page in which somebody types a password: what that field is called, and the fields for other text before it. */
export interface PasswordForm {
  readonly password: string;
  readonly texts: readonly string[];
}

/** The forms of a page that ask for a password. */
export function passwordForms(page: string): PasswordForm[] {
  return page.split(/<form\b/i).flatMap((form) => {
    const inputs = [...form.matchAll(/<input\b[^>]{1,2000}>/gi)].map(([tag]) => ({
      name: attributeOf(tag, "name") ?? attributeOf(tag, "id") ?? "",
      type: (attributeOf(tag, "type") ?? "text").toLowerCase(),
    }));
    const index = inputs.findIndex(({ type }) => type === "password");
    const texts = inputs.slice(0, index).filter(({ type }) => TYPED.includes(type));
    return index < 0 ? [] : [{ password: inputs[index]?.name ?? "", texts: texts.map(({ name }) => name) }];
  });
}

/** The types of inputs in which a person's name is typed. */
const TYPED: readonly string[] = ["text", "email", "tel", "number", "search"];

function attributeOf(tag: string, name: string): string | undefined {
  const [, , quoted, bare] =
    new RegExp(`\\s${name}\\s*=\\s*(?:(["'])(.*?)\\1|([^\\s"'>]+))`, "i").exec(tag) ?? [];
  return quoted ?? bare;
}
