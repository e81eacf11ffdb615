import { expect, test } from "vitest";
import type { ChatExport } from "../../../src/contract/chat-export.ts";
import { hmiRoutes, type Route } from "../../../src/contract/routes.ts";
import { call } from "../../support/http.ts";
import { startTestStack } from "../../support/stack.ts";

const NOTHING_EXPORTED: ChatExport = {
  format: "chat-stack-export",
  version: 1,
  exported_at: "2026-01-01T00:00:00.000Z",
  profiles: [],
  conversations: [],
};

/** Every call of the HMI that takes a body, with one that it takes. */
const BODIES: readonly (readonly [string, Route, object])[] = [
  ["a message", hmiRoutes.sendMessage, { message: "Hi" }],
  ["a regenerate", hmiRoutes.regenerate, {}],
  ["a choice of a version", hmiRoutes.chooseVersion, { message_id: "1" }],
  ["a cancel", hmiRoutes.cancel, {}],
  ["a new conversation", hmiRoutes.newSession, {}],
  ["a new title", hmiRoutes.renameSession, { title: "Mine" }],
  ["a new profile", hmiRoutes.newProfile, { name: "Tower" }],
  ["a changed profile", hmiRoutes.updateProfile, { name: "Bridge" }],
  ["an import", hmiRoutes.importChats, NOTHING_EXPORTED],
];

test("the calls above are all that take a body", () => {
  const bodyless = new Set<Route>([
    hmiRoutes.resumeSession,
    hmiRoutes.archiveSession,
    hmiRoutes.unarchiveSession,
    hmiRoutes.clearSession,
  ]);
  const writing = Object.values(hmiRoutes).filter(
    ({ method }: Route) => method === "POST" || method === "PUT",
  );
  const listed = new Set(BODIES.map(([, route]) => route));
  expect(writing.filter((route: Route) => !bodyless.has(route) && !listed.has(route))).toEqual([]);
});

test.each(BODIES)(
  "%s with an unknown field is 400 and names it, and nothing is done",
  async (_, route, body) => {
    const stack = await startTestStack();
    const { model_id } = await stack.profile({ name: "Tower" });
    const { session_id } = await stack.newSession();
    const path = route.pattern.replace(":session_id", session_id).replace(":model_id", String(model_id));
    const { method } = route;
    const before = await call(stack.hmi, hmiRoutes.sessions.path());
    for (const unknown of [{ mesage: "x" }, { tools: null, stream: true }]) {
      const answer = await call(stack.hmi, path, { method, body: { ...body, ...unknown } });
      expect([answer.status, answer.json.error.code]).toEqual([
        400,
        expect.stringMatching(/^(bad_request|not_supported)$/),
      ]);
      for (const name of Object.keys(unknown)) expect(answer.json.error.message).toContain(name);
    }
    expect((await call(stack.hmi, hmiRoutes.sessions.path())).body).toBe(before.body);
  },
);

test("tools are told as what this stack cannot do", async () => {
  const stack = await startTestStack();
  const answer = await stack.post({ message: "Hi", tools: [{ type: "function", function: { name: "f" } }] });
  expect([answer.status, answer.json.error.code]).toEqual([400, "not_supported"]);
  expect(answer.json.error.message).toContain("tools");
  expect((await call(stack.hmi, hmiRoutes.sessions.path())).json.total).toBe(0);
});
