import { expect, test } from "vitest";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { call } from "../../support/http.ts";
import { startTestStack } from "../../support/stack.ts";

test("an HMI that `stack up` has not started knows of no doctor", async () => {
  const { hmi } = await startTestStack();
  const { status, json } = await call(hmi, hmiRoutes.doctor.path());
  expect([status, json]).toEqual([200, { status: "ok", last: null }]);
});
