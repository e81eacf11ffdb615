import { expect, test } from "vitest";
import { judgePython } from "../support/source.ts";

const under = (...decorators: string[]): string =>
  `${decorators.join("\n")}\ndef x(model_id):\n    save_message(model_id=None)\n`;

async function routes(text: string): Promise<string[]> {
  const { findings } = await judgePython(text);
  return findings.map(({ route }) => route);
}

test.each([
  ['@app.get("/x")', "GET /x"],
  ['@router.post("", status_code=201)', "POST "],
  ['@v1.chat.put(path="/x/{id}")', "PUT /x/{id}"],
  ['@app.route("/x", methods=["POST"])', "/x"],
  ['@router.api_route("/x")', "/x"],
  ['@app.websocket("/ws")', "/ws"],
  ["@router.get(CHAT_PATH)", "GET CHAT_PATH"],
  ['@router.get(f"{PREFIX}/x")', 'GET f"{PREFIX}/x"'],
])("%s makes an endpoint", async (decorator, route) => {
  expect(await routes(under(decorator))).toEqual([route]);
});

test("other decorators may stand around it", async () => {
  expect(await routes(under("@requires('admin')", '@app.delete("/x")', "@timed"))).toEqual(["DELETE /x"]);
});

test.each([
  "@property",
  "@app.get",
  '@mock.patch("store.connection")',
  "@mock.patch(TARGET)",
  '@app.cli.command("x")',
  "@cache.memoize('/x')",
  "@app.get()",
])("%s makes none", async (decorator) => {
  expect(await routes(under(decorator))).toEqual([]);
});

test("an endpoint may stand in a function or in a class", async () => {
  const text = `
class Chat:
    @router.get("/a")
    def a(self, model_id): save_message(model_id=None)
def create_app():
    @app.get("/b")
    def b(model_id): save_message(model_id=None)
`;
  expect(await routes(text)).toEqual(["GET /a", "GET /b"]);
});

const handler = "def x(model_id):\n    save_message(model_id=None)\n";
const view = (base: string): string =>
  `class V(${base}):\n    def post(self, model_id):\n        save_message(model_id=None)\n    def helper(self): pass\n`;

test.each([
  ["a decorator as a call", `${handler}router.post("/x")(x)`, "POST /x"],
  ["FastAPI's add_api_route", `${handler}app.add_api_route("/x", x, methods=["POST"])`, "/x"],
  ["FastAPI's add_api_route by names", `${handler}app.add_api_route(path="/x", endpoint=x)`, "/x"],
  ["Flask's add_url_rule", `${handler}app.add_url_rule("/x", "x", x)`, "/x"],
  ["a MethodView", `${view("MethodView")}app.add_url_rule("/x", view_func=V.as_view("x"))`, "POST /x"],
  ["Flask-RESTful", `${view("Resource")}api.add_resource(V, "/x", "/y")`, "POST /x"],
  ["Flask-RESTX", `@api.route("/x")\n${view("Resource")}`, "POST /x"],
  [
    "a factory",
    `def create():\n    def x(model_id): save_message(model_id=None)\n    app.post("/x")(x)`,
    "POST /x",
  ],
])("an endpoint may be registered by a call: %s", async (_, text, route) => {
  expect(await routes(text)).toEqual([route]);
});

test.each([
  ["a function of another file", 'app.add_api_route("/x", handlers.x)'],
  ["a call of a call", `${handler}later("/x")(x)`],
  ["a path that is none", `${handler}app.add_url_rule("x", "x", x)`],
])("no endpoint is made of %s", async (_, text) => {
  expect(await routes(text)).toEqual([]);
});
