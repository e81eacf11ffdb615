import { expect, test } from "vitest";
import { found, judgePython } from "../support/source.ts";

const LOST = ["main.py:3 none-passed model_id"];

test("a literal None by name is found, with its place, its line, and what to write", async () => {
  const { findings } = await judgePython(`
@app.get("/api/chat/general-stream")
async def general_stream(message: str, model_id: int | None = None):
    await save_chat_message_v2(content=message, model_id=None)  # general
`);
  expect(findings).toEqual([
    {
      kind: "none-passed",
      file: "main.py",
      line: 4,
      column: 49,
      source: "await save_chat_message_v2(content=message, model_id=None)  # general",
      endpoint: "general_stream",
      route: "GET /api/chat/general-stream",
      name: "model_id",
      found:
        "general_stream (GET /api/chat/general-stream) accepts model_id and passes None for it to save_chat_message_v2.",
      instead: "model_id=model_id",
    },
  ]);
});

test.each([
  ["a method of any object", "self.db.save_message(model_id=None)"],
  ["in parentheses", "save_message(model_id=(None))"],
  ["in another call", "asyncio.create_task(save_message(model_id=None))"],
  ["a background task", "background.add_task(save_message, 'user', model_id=None)"],
  ["in a thread", "asyncio.to_thread(db.save_message, model_id=None)"],
  ["a partial", "keep = partial(save_message, model_id=None)"],
  ["a private name", "_save_message(model_id=None)"],
  ["in a comprehension", "[save_message(m, model_id=None) for m in messages]"],
  ["in a lambda", "later(lambda m: save_message(m, model_id=None))"],
  ["beside what cannot be seen", "save_message(*rest, model_id=None, **fields)"],
])("a literal None is found: %s", async (_, call) => {
  expect(await found(`@app.post("/x")\ndef x(model_id):\n    ${call}\n`)).toEqual(LOST);
});

test.each([
  ["the parameter itself", "save_message(model_id=model_id)"],
  ["or None", "save_message(model_id=model_id or None)"],
  ["a condition", "save_message(model_id=model_id if model_id else None)"],
  ["a conversion", "save_message(model_id=int(model_id))"],
  ["another parameter", "save_message(run_id=None)"],
  ["another function", "log_message(model_id=None)"],
  ["a text", "print('save_message(model_id=None)')"],
  ["a comment", "pass  # save_message(model_id=None)"],
  ["a reference", "handler = save_message"],
])("nothing is found: %s", async (_, statement) => {
  expect(await found(`@app.post("/x")\ndef x(model_id):\n    ${statement}\n`)).toEqual([]);
});

test("the functions in an endpoint belong to it", async () => {
  const text = `
@router.get("/stream")
async def stream(model_id: int):
    async def generate():
        yield await save_chat_message_v2(model_id=None)
    return StreamingResponse(generate())
`;
  expect(await found(text)).toEqual(["main.py:5 none-passed model_id"]);
});

test("a function that is no endpoint, or an endpoint that accepts no such parameter, is not judged", async () => {
  const text = `
def backfill(model_id):
    save_message(model_id=None)

@app.post("/general")
def general(message: str):
    save_message(model_id=None)
`;
  expect(await found(text)).toEqual([]);
});

test("an import under another name is the function itself", async () => {
  const text = `from store import save_message as keep
@app.post("/x")
def x(model_id): keep(model_id=None)
`;
  expect(await found(text)).toEqual(LOST);
});

test("names are those that are asked for", async () => {
  const text = `@app.post("/x")
def x(tenant_id, model_id):
    insert_order(tenant_id=None, model_id=None)
`;
  const names = { parameters: ["tenant_id"], functions: ["insert_*"] };
  expect(await found(text, names)).toEqual(["main.py:3 none-passed tenant_id"]);
});

const SAVE = "def save_message(text, model_id=None, session_id=None): ...\n";

test.each([
  ["by name", "session_id=session['id']"],
  ["by position", "session.session_id"],
])("a conversation that was made with the parameter knows it: handed on %s", async (_, argument) => {
  const made = "    session = await start_conversation(model_id=model_id)\n";
  const text = `${SAVE}@app.get("/x")\nasync def x(model_id):\n${made}    await save_message("a", ${argument})\n`;
  expect(await found(text)).toEqual([]);
});

test("a conversation that was made without it does not", async () => {
  const made = "    session = await start_conversation('u')\n";
  const call = '    await save_message("a", session_id=session["id"])\n';
  expect(await found(`${SAVE}@app.get("/x")\nasync def x(model_id):\n${made}${call}`)).toEqual([
    "main.py:5 left-out model_id",
  ]);
});

test("what saves something else than a conversation is not asked for", async () => {
  const text = `def save_user_preferences(theme, model_id=None): ...
@app.get("/x")
def x(model_id):
    save_user_preferences(theme="dark")
`;
  expect(await found(text)).toEqual([]);
});

test("calls of which it cannot be told what becomes of the parameter are counted", async () => {
  const { counts } = await judgePython(`
@app.get("/x")
def x(model_id, fields):
    save_message("a", **fields)
    store.save_message("b")
    save_message("c", model_id=model_id)
`);
  expect(counts).toMatchObject({ calls: 3, not_followed: 2 });
});
