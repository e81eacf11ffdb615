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
