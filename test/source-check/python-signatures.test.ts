import { expect, test } from "vitest";
import { found, judgePython } from "../support/source.ts";

const endpoint = (call: string, imports = ""): string =>
  `${imports}\n@app.post("/x")\ndef x(model_id):\n    ${call}\n`;

const NONE_PASSED = ["main.py:4 none-passed model_id"];
const LEFT_OUT = ["main.py:4 left-out model_id"];
const STORE = { "store.py": "async def save_message(role, content, model_id=None, run_id=None): ...\n" };

test.each([
  ["None in its position", "save_message('user', text, None)", NONE_PASSED],
  ["None in another position", "save_message(None, text, model_id, None)", []],
  ["a value in its position", "save_message('user', text, model_id)", []],
  ["left out", "save_message('user', text)", LEFT_OUT],
  ["left out in a background task", "tasks.add_task(save_message, 'user', text)", LEFT_OUT],
  ["perhaps in what cannot be seen", "save_message('user', **fields)", []],
  ["perhaps given later", "keep = partial(save_message, 'user')", []],
])("by the signature, in another file: %s", async (_, call, expected) => {
  expect(await found({ "main.py": endpoint(call), ...STORE })).toEqual(expected);
});

test("without the signature, only what is written by name is judged", async () => {
  expect(await found(endpoint("save_message('user', text, None)"))).toEqual([]);
});

test("a parameter without a default cannot be left out", async () => {
  const store = "def save_message(role, *, model_id): ...\n";
  expect(await found({ "main.py": endpoint("save_message('user')"), "store.py": store })).toEqual([]);
});

test("self is not counted in the call of a method", async () => {
  const store = "class Store:\n    def save_message(self, role, model_id=None): ...\n";
  const sources = { "main.py": endpoint("store.save_message('user', None)"), "store.py": store };
  expect(await found(sources)).toEqual(NONE_PASSED);
});

test("self is not there in a static method", async () => {
  const store = "class Store:\n    @staticmethod\n    def save_message(model_id=None): ...\n";
  const sources = { "main.py": endpoint("Store.save_message(None)"), "store.py": store };
  expect(await found(sources)).toEqual(NONE_PASSED);
});

test("where several functions have the name, the one that is imported is meant", async () => {
  const sources = {
    "main.py": endpoint("save_message('user')", "from .db.store import save_message"),
    "db/store.py": "def save_message(role, model_id=None): ...\n",
    "mail.py": "def save_message(text): ...\n",
  };
  expect(await found(sources)).toEqual(LEFT_OUT);
});

test("an endpoint is not mistaken for the function of its name that it imports", async () => {
  const sources = {
    "main.py": `from store import save_message as keep
@app.post("/x")
def save_message(model_id=None):
    keep("user")
`,
    "store.py": "def save_message(role): ...\n",
  };
  expect(await found(sources)).toEqual([]);
});

test("where it cannot be told which is meant, all must agree", async () => {
  const sources = {
    "main.py": endpoint("box.save_message('user')"),
    "store.py": "class Store:\n    def save_message(self, role, model_id=None): ...\n",
    "mail.py": "class Mail:\n    def save_message(self, text): ...\n",
  };
  expect(await found(sources)).toEqual([]);
});

test("overloads are for the type checker, and do not count", async () => {
  const store = `@overload
def save_message(role): ...
def save_message(role, model_id=None): ...
`;
  expect(await found({ "main.py": endpoint("save_message('user')"), "store.py": store })).toEqual(LEFT_OUT);
});

test("what to write says how the call gives the parameter", async () => {
  const sources = { "main.py": endpoint("save_message('user', text, None); save_message('a')"), ...STORE };
  const { findings } = await judgePython(sources);
  expect(findings.map(({ instead }) => instead)).toEqual([
    "model_id, where None stands now",
    "save_message(..., model_id=model_id)",
  ]);
});
