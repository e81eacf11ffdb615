import { type ComponentChild, h } from "preact";
import { useMemo } from "preact/hooks";
import { lazyImport, useLazyImport } from "../lazy-import.ts";
import type { FormulaToken } from "./formula-syntax.ts";
import type * as Formulas from "./formulas-script.ts";
import { mathElement } from "./math-element.ts";
import { element } from "./safe-elements.ts";
import { legibleText } from "./text-direction.ts";

/** The address of the script that draws formulas; the build sets it. */
declare const FORMULAS_SCRIPT: string;

const script = lazyImport(() => import(FORMULAS_SCRIPT) as Promise<typeof Formulas>);

/** A formula; as it was written until what draws it is there, and where it cannot be drawn. */
export function Formula({ token }: { readonly token: FormulaToken }): ComponentChild {
  const { text, isDisplayed, raw } = token;
  const formulas = useLazyImport(script);
  const drawn = useMemo(() => formulas?.formulaTree(text, isDisplayed), [formulas, text, isDisplayed]);
  if (drawn === undefined) return legibleText(raw.trim());
  if (!isDisplayed) return mathElement(drawn);
  return element("span", { class: "formula" }, mathElement(drawn));
}

/** A formula as it stands among the blocks or the words of a message. */
export function renderFormula(token: FormulaToken): ComponentChild {
  return h(Formula, { token });
}
