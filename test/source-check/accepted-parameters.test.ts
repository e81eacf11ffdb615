import { expect, test } from "vitest";
import { judgePython } from "../support/source.ts";

const LOSES = "    save_message(model_id=None)\n";

/** What an endpoint should write, for each place where it loses the parameter. */
async function advice(text: string): Promise<string[]> {
  const { findings } = await judgePython(text);
  return findings.map(({ instead }) => instead);
}

test.each([
  ["an argument", "def x(model_id):", "", "model_id"],
  ["a typed argument with a default", "def x(*, model_id: Optional[int] = Query(None)):", "", "model_id"],
  ["the query in Flask", "def x():", "log(request.args.get('model_id'))", "request.args.get('model_id')"],
  ["the query in Starlette", "def x(request):", "m = request.query_params['model_id']", "m"],
  ["a JSON body", "def x():", "data = request.get_json() or {}; m = int(data.get('model_id'))", "m"],
  ["with a default", "def x():", "m = request.form.get('model_id') or None", "m"],
  ["in another call", "def x(body: dict):", "row = find(body['model_id'])", "body['model_id']"],
  ["an awaited body", "async def x(req: Request):", "d = await req.json(); y = d['model_id']", "y"],
  ["parsed bytes", "def x():", "d = json.loads(request.data); use(d['model_id'])", "d['model_id']"],
  ["a field of a model", "def x(body: Ask):", "use(body.model_id)", "body.model_id"],
  ["a field of a part of it", "def x(body: Ask):", "use(body.options.model_id)", "body.options.model_id"],
  ["an untyped body", "def x(payload: dict = Body()):", "use(payload['model_id'])", "payload['model_id']"],
  ["a class of the query", "def x(q: Ask = Depends()):", "use(q.model_id)", "q.model_id"],
])("accepted: %s", async (_, head, statement, expression) => {
  const text = `@app.post("/x")\n${head}\n    ${statement || "pass"}\n${LOSES}`;
  expect(await advice(text)).toEqual([`model_id=${expression}`]);
});

test.each([
  ["a row of the database", "def x(id: int):", "row = db.find(id); use(row['model_id'])"],
  ["the user, who is injected", "def x(user = Depends(current_user)):", "use(user.model_id)"],
  ["an annotation that injects", "def x(s: Annotated[Session, Depends(session)]):", "use(s.model_id)"],
  ["a setting", "def x():", "use(settings.model_id)"],
])("not accepted: %s", async (_, head, statement) => {
  expect(await advice(`@app.post("/x")\n${head}\n    ${statement}\n${LOSES}`)).toEqual([]);
});

test("a field that the endpoint never looks at is accepted by the class of its body, in any file", async () => {
  const { findings } = await judgePython({
    "main.py": `@app.post("/x")\ndef x(body: Ask | None):\n${LOSES}`,
    "ask.py": "class Ask(Base):\n    text: str\n",
    "base.py": "class Base(BaseModel):\n    model_id: int | None = None\n",
  });
  expect(findings.map(({ instead }) => instead)).toEqual(["model_id=body.model_id"]);
});

test("classes that inherit in a circle end", async () => {
  const text = `class A(B): pass\nclass B(A): pass\n@app.post("/x")\ndef x(a: A):\n${LOSES}`;
  expect(await advice(text)).toEqual([]);
});
