import { type ComponentChild, h } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { legibleText } from "./direction.ts";
import { element } from "./element.ts";
import type { FormulaToken } from "./formula-syntax.ts";
import type * as Formulas from "./formulas-script.ts";
import { mathElement } from "./math-element.ts";

/** The address of the script that draws formulas; the build sets it. */
declare const FORMULAS_SCRIPT: string;

let loading: Promise<typeof Formulas | undefined> | undefined;
let loaded: typeof Formulas | undefined;

/** Undefined where it cannot be had, as after the HMI has got another version: then it is tried again the next time. */
async function loadFormulas(): Promise<typeof Formulas | undefined> {
  try {
    loaded = (await import(FORMULAS_SCRIPT)) as typeof Formulas;
  } catch {
    loading = undefined;
  }
  return loaded;
}

/** A formula; as it was written until what draws it is there, and where it cannot be drawn. */
export function Formula({ token }: { readonly token: FormulaToken }): ComponentChild {
  const { text, isDisplayed, raw } = token;
  const [formulas, setFormulas] = useState(loaded);
  useEffect(() => {
    if (formulas !== undefined) return;
    loading ??= loadFormulas();
    void loading.then((script) => setFormulas(script));
  }, [formulas]);
  const drawn = useMemo(() => formulas?.formulaTree(text, isDisplayed), [formulas, text, isDisplayed]);
  if (drawn === undefined) return legibleText(raw.trim());
  if (!isDisplayed) return mathElement(drawn);
  return element("span", { class: "formula" }, mathElement(drawn));
}

/** A formula as it stands among the blocks or the words of a message. */
export function renderFormula(token: FormulaToken): ComponentChild {
  return h(Formula, { token });
}
