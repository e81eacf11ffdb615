/** Draws formulas: a script of its own, which `Formula.ts` loads when there is one. */

import katex from "katex";
import { type FormulaNode, isMathAttribute, isMathTag } from "./math-element.ts";

/**
 * A formula in TeX as MathML, which browsers draw themselves, without fonts or styles of ours; undefined where it
 * cannot be read. What a model writes gets no links, no pictures, no styles: see `math-element.ts`.
 */
export function formulaTree(tex: string, isDisplayed: boolean): FormulaNode | undefined {
  const options = { displayMode: isDisplayed, output: "mathml", trust: false, strict: "ignore" } as const;
  try {
    const html = katex.renderToString(tex, { ...options, maxExpand: 200, maxSize: 20 });
    const math = new DOMParser().parseFromString(html, "text/html").querySelector("math");
    return math === null ? undefined : nodeOf(math);
  } catch {
    // It is shown as it was written.
    return undefined;
  }
}

function nodeOf(element: Element): FormulaNode {
  const attributes = Array.from(element.attributes, ({ name, value }) => [name, value] as const);
  return {
    tag: isMathTag(element.localName) ? element.localName : "mrow",
    attributes: Object.fromEntries(attributes.filter(([name]) => isMathAttribute(name))),
    children: Array.from(element.childNodes).flatMap((child): (FormulaNode | string)[] => {
      // What it was written as is no part of what is drawn.
      if (child instanceof Element) return child.localName === "annotation" ? [] : [nodeOf(child)];
      return [child.textContent ?? ""];
    }),
  };
}
