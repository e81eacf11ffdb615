import { expect, test } from "vitest";
import { found } from "../support/source.ts";

const SAVE = "save_message(model_id=None)";

const within = (...body: string[]): string =>
  `@app.post("/x")\ndef x(model_id, mode):\n${body.map((line) => `    ${line}\n`).join("")}`;

test.each([
  ["if it is None", ["if model_id is None:", `    ${SAVE}`]],
  ["if not", ["if not model_id:", `    ${SAVE}`]],
  ["else of is not None", ["if model_id is not None:", "    pass", "else:", `    ${SAVE}`]],
  ["else after elif", ["if model_id:", "    pass", "elif mode:", "    pass", "else:", `    ${SAVE}`]],
  ["elif it is None", ["if mode:", "    pass", "elif model_id is None:", `    ${SAVE}`]],
  ["and", [`if mode and model_id is None:`, `    ${SAVE}`]],
  ["not or", ["if not (model_id or mode):", `    ${SAVE}`]],
  ["a conditional expression", [`${SAVE} if model_id is None else save_message(model_id=model_id)`]],
  ["a short circuit", [`model_id or ${SAVE}`]],
  ["an early return", ["if model_id is not None:", "    return", SAVE]],
  ["an early raise", ["if model_id:", "    raise HTTPException(400)", SAVE]],
  ["an early return, and another", ["if model_id:", "    return", "elif mode:", "    pass", SAVE]],
  ["a late return", ["if not model_id:", "    pass", "else:", "    return", SAVE]],
  ["comments between", ["if (  # none?", "    not model_id", "):", "    # then", `    ${SAVE}`]],
  ["a comment after an early return", ["if model_id:", "    return  # done", "    # so", SAVE]],
  ["an assertion", ["assert model_id is None", SAVE]],
  ["a case", ["match model_id:", "    case None:", `        ${SAVE}`, "    case _: pass"]],
  ["a named condition", ["is_general = model_id is None", "if is_general:", `    ${SAVE}`]],
  ["its value by another way", ["if request.args.get('model_id') is None:", `    ${SAVE}`]],
  ["around a function", ["if model_id is None:", `    def later(): ${SAVE}`]],
])("None is right where the parameter is None: %s", async (_, body) => {
  expect(await found(within(...body))).toEqual([]);
});

test.each([
  ["if it is not None", ["if model_id is not None:", `    ${SAVE}`]],
  ["if there is one", ["if model_id:", `    ${SAVE}`]],
  ["else of is None", ["if model_id is None:", "    pass", "else:", `    ${SAVE}`]],
  ["another condition", ["if mode == 'general':", `    ${SAVE}`]],
  ["or", ["if mode or model_id is None:", `    ${SAVE}`]],
  ["after a branch that goes on", ["if model_id:", "    pass", SAVE]],
  ["after a return of another branch", ["if mode:", "    pass", "elif not model_id:", "    return", SAVE]],
  ["after a return where it is None", ["if model_id is None:", "    return", SAVE]],
  ["another case", ["match model_id:", "    case int():", `        ${SAVE}`]],
  ["a condition that has two meanings", ["c = not model_id", "c = mode", "if c:", `    ${SAVE}`]],
  ["a condition made of itself", ["c = not c", "if c:", `    ${SAVE}`]],
])("None is wrong where it may be something else: %s", async (_, body) => {
  const line = 3 + body.findIndex((each) => each.includes(SAVE));
  expect(await found(within(...body))).toEqual([`main.py:${line} none-passed model_id`]);
});
