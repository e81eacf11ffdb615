import { expect, test } from "vitest";
import { found, judgePython } from "../support/source.ts";

const endpoint = (...lines: string[]): string =>
  ["@app.get('/x')", "def x(model_id, more):", ...lines.map((line) => `    ${line}`)].join("\n");

test.each([
  ["a row", "db.table('messages').insert({'text': 'a', 'model_id': None}).execute()"],
  ["a row of a variable", "row = {'model_id': None}", "db.insert(row)"],
  ["a row of keywords", "row = dict(text='a', model_id=None)", "db.messages.insert_one(row)"],
  ["SQLAlchemy's values", "db.execute(insert(Message).values({'model_id': None}))"],
  ["fields of a literal", "save_message('a', **{'model_id': None})"],
  ["fields of a variable", "fields = {'text': 'a', 'model_id': None}", "save_message(**fields)"],
])("a literal None in a dictionary is found: %s", async (_, ...lines) => {
  const { findings } = await judgePython(endpoint(...lines));
  expect(findings.map(({ kind, name }) => [kind, name])).toEqual([["none-passed", "model_id"]]);
});

test("it is told as an entry is written", async () => {
  const { findings } = await judgePython(endpoint("db.insert({'model_id': None})"));
  expect(findings).toMatchObject([
    {
      found: "x (GET /x) accepts model_id and passes None for it to insert.",
      instead: '"model_id": model_id',
    },
  ]);
});

test.each([
  ["the value is the parameter's", "db.insert({'model_id': model_id})"],
  ["it is set later", "row = {'model_id': None}", "row['model_id'] = model_id", "db.insert(row)"],
  ["it may be set later", "row = {'model_id': None}", "row.update(more)", "db.insert(row)"],
  ["another value is meant", "row = {'model_id': None}", "row = more", "db.insert(row)"],
  ["nothing is written", "log({'model_id': None})"],
  ["it is known to be None", "if model_id is None:", "    db.insert({'model_id': None})"],
])("nothing is found where %s", async (_, ...lines) => {
  expect(await found(endpoint(...lines))).toEqual([]);
});
