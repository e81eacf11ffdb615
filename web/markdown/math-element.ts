import { type ComponentChild, h } from "preact";
import { legibleText } from "./text-direction.ts";

/** An element of MathML, or a text. */
export interface FormulaNode {
  readonly tag: MathTag;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (FormulaNode | string)[];
}

/** All that a formula can turn into: elements that draw, and neither lead nor load anything. */
const TAGS = [
  ...([
    "math",
    "semantics",
    "mrow",
    "mi",
    "mn",
    "mo",
    "ms",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
  ] as const),
  ...(["mstyle", "mpadded", "mphantom", "msub", "msup", "msubsup", "munder", "mover", "munderover"] as const),
  ...(["mtable", "mtr", "mtd", "menclose"] as const),
] as const;

export type MathTag = (typeof TAGS)[number];

const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...[
    "accent",
    "accentunder",
    "columnalign",
    "columnspacing",
    "depth",
    "display",
    "displaystyle",
    "fence",
    "height",
  ],
  ...["largeop", "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "notation"],
  ...["rowspacing", "rspace", "scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width"],
]);

export function isMathTag(name: string): name is MathTag {
  return TAGS.some((tag) => tag === name);
}

export function isMathAttribute(name: string): boolean {
  return ATTRIBUTES.has(name);
}

/** A formula as elements. Checked again, because it comes from another script. */
export function mathElement({ tag, attributes, children }: FormulaNode): ComponentChild {
  if (!isMathTag(tag) || !Object.keys(attributes).every(isMathAttribute)) {
    throw new TypeError(`A formula has no <${tag}> with ${Object.keys(attributes).join(", ")}.`);
  }
  const inner = children.map((child) =>
    typeof child === "string" ? legibleText(child) : mathElement(child),
  );
  return h(tag as "math", attributes, ...inner);
}
