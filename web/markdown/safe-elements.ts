import { type ComponentChild, h } from "preact";
import type { SafeUrl } from "./safe-url.ts";

/** All that a message can turn into: the tags, each with its attributes. */
export const ALLOWED = {
  a: ["href", "target", "rel", "dir"],
  blockquote: ["dir"],
  br: [],
  button: ["type", "onClick"],
  code: ["dir"],
  del: [],
  div: ["class", "dir", "role", "tabIndex", "aria-label"],
  em: [],
  h2: ["dir"],
  h3: ["dir"],
  h4: ["dir"],
  h5: ["dir"],
  h6: ["dir"],
  hr: [],
  input: ["type", "checked", "disabled", "aria-label"],
  kbd: [],
  li: ["class"],
  ol: ["dir", "start"],
  p: ["class", "dir"],
  pre: ["dir", "tabIndex"],
  span: ["class", "role"],
  strong: [],
  sub: [],
  sup: [],
  table: [],
  tbody: [],
  td: ["class", "dir"],
  th: ["class", "dir"],
  thead: [],
  tr: [],
  ul: ["dir"],
} as const satisfies Readonly<Record<string, readonly (keyof Attributes)[]>>;

type Tag = keyof typeof ALLOWED;

interface Attributes {
  readonly "aria-label"?: string;
  readonly checked?: boolean;
  readonly class?: string | undefined;
  readonly dir?: "auto" | "ltr" | "rtl";
  readonly disabled?: true;
  readonly href?: SafeUrl;
  readonly onClick?: () => void;
  readonly rel?: "noopener noreferrer nofollow";
  readonly role?: "group" | "status";
  readonly start?: number;
  readonly tabIndex?: 0;
  readonly target?: "_blank";
  readonly type?: "button" | "checkbox";
}

/** The only way from a message's text to an element. Text goes in as a child: it never is markup. */
export function element<T extends Tag>(
  tag: T,
  attributes: Pick<Attributes, Extract<(typeof ALLOWED)[T][number], keyof Attributes>>,
  ...children: readonly ComponentChild[]
): ComponentChild {
  const allowed: readonly string[] = ALLOWED[tag];
  const other = Object.keys(attributes).find((name) => !allowed.includes(name));
  if (other !== undefined) throw new TypeError(`A message's <${tag}> has no ${other}.`);
  return h(tag, attributes, ...children);
}
