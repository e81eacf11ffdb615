import { expect, test } from "vitest";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { paramsOf } from "../../../src/faults/tools/route-params.ts";

const request = (method: string, path: string) => ({
  method,
  path,
  headers: {},
  hosts: [],
  body: Buffer.alloc(0),
});

test("a request is matched by its method and whole path, whatever its query", () => {
  expect(paramsOf(hmiRoutes.cancel, request("POST", "/api/chat/sessions/8%200/cancel?a=b"))).toEqual(["8 0"]);
  expect(paramsOf(hmiRoutes.sendMessage, request("POST", "/api/chat/message"))).toEqual([]);
});

test.each([
  ["GET", "/api/chat/sessions/80/cancel"],
  ["POST", "/api/chat/sessions/80/cancel/now"],
  ["POST", "/api/chat/sessions//cancel"],
  ["POST", "/v1/api/chat/sessions/80/cancel"],
])("%s %s is no cancel", (method, path) => {
  expect(paramsOf(hmiRoutes.cancel, request(method, path))).toBeUndefined();
});
