import fc from "fast-check";
import { expect, test } from "vitest";
import { engineRoutes, gatewayRoutes, hmiRoutes, pageRoutes, type Route } from "../../src/contract/routes.ts";
import { anyText } from "../support/arbitraries.ts";

test("any parameter stays in its own segment and comes back whole", () => {
  fc.assert(
    fc.property(anyText, anyText, (model, session) => {
      const path = pageRoutes.profileConversation.path({ model_id: model, session_id: session });
      const segments = path.split("/");
      expect(segments).toHaveLength(5);
      expect([segments[2], segments[4]].map((each) => decodeURIComponent(each ?? ""))).toEqual([
        model,
        session,
      ]);
    }),
  );
});

test("any query value comes back whole, and undefined ones are left out", () => {
  fc.assert(
    fc.property(anyText, fc.nat(), (message, model_id) => {
      const path = hmiRoutes.generalStream.path(undefined, { message, model_id, session_id: undefined });
      const { pathname, searchParams } = new URL(path, "http://localhost");
      expect(pathname).toBe("/api/chat/general-stream");
      expect(Object.fromEntries(searchParams)).toEqual({ message, model_id: String(model_id) });
    }),
  );
});

test("a path without a query has no question mark", () => {
  expect(hmiRoutes.sessions.path(undefined, { limit: undefined })).toBe("/api/chat/sessions");
  expect(gatewayRoutes.cancel.path({ session_id: "a/b?c" })).toBe("/chat/a%2Fb%3Fc/cancel");
});

test.each<[string, Record<string, Route>]>([
  ["gateway", gatewayRoutes],
  ["HMI", { ...hmiRoutes, ...pageRoutes }],
  ["engine", engineRoutes],
])("no two routes of the %s are the same", (_, routes) => {
  const keys = Object.values(routes).map(({ method, pattern }) => `${method} ${pattern}`);
  expect(new Set(keys).size).toBe(keys.length);
});
