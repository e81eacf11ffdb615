import { expect, test } from "vitest";
import { found, judgePython } from "../support/source.ts";

const endpoint = (head: string, ...body: string[]): string =>
  `@app.post("/x")\ndef x(${head}):\n${body.map((line) => `    ${line}\n`).join("")}`;

const HEAD = "model_id, session_id=None";
const USE = "save_message(model_id=model_id)";
const FOUND = ["main.py:3 parameter-overwritten model_id"];

test.each([
  ["None", ["model_id = None", USE]],
  ["None after a use", ["model_id = None", USE], "log(model_id)"],
  ["None, by two names at once", ["other = model_id = None", USE]],
  ["None, in a tuple", ["a, model_id = 1, None", USE]],
  ["a constant", ["model_id = 1", USE]],
  ["another source", ["model_id = settings.default()", USE]],
  ["a loop over others", ["for model_id in all_models(): pass", USE]],
  ["None for a function below", ["model_id = None", "def later():", `    ${USE}`]],
  ["None in a with", ["with lock: model_id = None", USE]],
])("a parameter that is overwritten is found: %s", async (_, body, before?: string) => {
  const lines = before === undefined ? body : [before, ...body];
  const line = 3 + (before === undefined ? 0 : 1);
  expect(await found(endpoint(HEAD, ...lines))).toEqual([`main.py:${line} parameter-overwritten model_id`]);
});

test.each([
  ["a default", ["if model_id is None: model_id = default()", USE]],
  ["or None", ["model_id = model_id or None", USE]],
  ["a conversion", ["model_id = int(model_id)", USE]],
  [
    "a conversion that may fail",
    ["try: model_id = int(model_id)", "except ValueError: model_id = None", USE],
  ],
  ["what was read by it", ["row = find(model_id)", "model_id = row.id", USE]],
  ["what was opened by it", ["with find(model_id) as row: pass", "model_id = row.id", USE]],
  ["another source, after it was used", ["check(model_id)", "model_id = latest()", USE]],
  ["no use after", ["model_id = None"]],
  ["no use before the next value", ["model_id = None", "model_id = request.args['model_id']", USE]],
  ["a loop over its own", ["for model_id in [model_id]: pass", USE]],
  ["a loop that uses its own", [`for model_id in models(): ${USE}`]],
  ["an annotation alone", ["model_id: int", USE]],
  ["a comprehension", ["[model_id for model_id in models()]", USE]],
  ["an attribute", ["self.model_id = None", USE]],
])("nothing is found: %s", async (_, body) => {
  expect(await found(endpoint(HEAD, ...body))).toEqual([]);
});

test("a variable that hides the parameter in a function below is found", async () => {
  const text = endpoint(HEAD, "def later():", "    model_id = None", `    ${USE}`, "later()");
  expect(await found(text)).toEqual(["main.py:4 parameter-overwritten model_id"]);
});

test("a variable that begins as None, and then takes what was sent, is none", async () => {
  const lines = ["model_id = None", "if 'model_id' in data:", "    model_id = data['model_id']", USE];
  expect(await found(endpoint("data: dict", ...lines))).toEqual([]);
});

test("a variable that stays None although something was sent is found", async () => {
  expect(await found(endpoint("data: dict", "model_id = None", "log(data['model_id'])", USE))).toEqual(FOUND);
});

test.each([
  ["imported", "from llm import client\n"],
  ["made by the module", "client = AsyncOpenAI()\n"],
])("a client that is %s, and overwritten by a row, is found", async (_, head) => {
  const body = [
    "if model_id:",
    "    client = await db.fetchrow(SQL, model_id)",
    "await client.chat.create()",
  ];
  const { findings } = await judgePython(head + endpoint(HEAD, ...body));
  expect(findings).toMatchObject([{ kind: "client-overwritten", line: 5, name: "client" }]);
  expect(findings[0]?.found).toBe(
    "x (POST /x) overwrites client with data, and line 6 still uses it as a client.",
  );
});

test.each([
  ["its argument", "llm = Depends(get_llm)", ["llm = get_model_config(1)", "llm.stream()"], 3],
  ["its own", "message", ["llm = make()", "rows = db.fetch()", "for llm in rows: pass", "llm.chat()"], 5],
  ["its own, by a part of a row", "message", ["llm = make()", "llm = db.fetchone()['llm']", "llm.chat()"], 4],
  [
    "its own, by a row of an answer",
    "message",
    ["llm = make()", "rows = db.table('m').select('*').execute()", "llm = rows.data[0]", "llm.chat()"],
    5,
  ],
  [
    "its own, in a function below",
    "message",
    ["llm = make()", "def f():", "    llm = {}", "    llm.chat()"],
    5,
  ],
])("a client of the endpoint is found: %s", async (_, head, body, line) => {
  expect(await found(endpoint(head, ...body))).toEqual([`main.py:${line} client-overwritten llm`]);
});

test.each([
  ["another client", ["client = make_client()", "client = AsyncOpenAI()", "client.chat()"]],
  [
    "used as a row",
    ["client = make()", "client = db.fetchrow(SQL)", "use(client['name'], client.get('id'))"],
  ],
  ["a row that never was a client", ["client = db.fetchrow(SQL)", "client.refresh()"]],
  [
    "a client again, before it is used",
    ["client = make()", "client = None", "client = make()", "client.chat()"],
  ],
  ["a loop over clients", ["client = make()", "for client in clients.values(): client.chat()"]],
])("no client is overwritten: %s", async (_, body) => {
  expect(await found(endpoint("message", ...body))).toEqual([]);
});
