import { expect, test } from "vitest";
import { ProfileAnswer, ProfileList } from "../../../src/contract/profile-schemas.ts";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { call } from "../../support/http.ts";
import { startTestStack } from "../../support/stack.ts";

const TOWER = { name: "Tower", instructions: "Use metres.", settings: { height: 40 } };

test("a profile is made, read, listed, changed and deleted", async () => {
  const { hmi } = await startTestStack();
  const made = await call(hmi, hmiRoutes.newProfile.path(), { body: TOWER });
  const { profile } = ProfileAnswer.parse(made.json);
  expect(profile).toMatchObject({ ...TOWER, description: "", default_model: null });
  const path = hmiRoutes.profile.path({ model_id: profile.model_id });
  expect((await call(hmi, path)).json.profile).toEqual(profile);
  expect(ProfileList.parse((await call(hmi, hmiRoutes.profiles.path())).json).profiles).toEqual([profile]);
  const changed = await call(hmi, path, { method: "PUT", body: { default_model: "phi3:mini" } });
  expect(changed.json.profile).toMatchObject({ ...TOWER, default_model: "phi3:mini" });
  expect((await call(hmi, path, { method: "DELETE" })).json).toEqual({ status: "ok" });
  expect((await call(hmi, path)).status).toBe(404);
});

test("the profile's model answers unless the message names another", async () => {
  const stack = await startTestStack();
  const { model_id } = await stack.profile({ name: "Tower", default_model: "phi3:mini" });
  const { sent, reader } = await stack.send({ message: "Hi", model_id });
  await reader.ended;
  const { session_id } = sent;
  await (await stack.send({ message: "Hi", session_id, model: "qwen2.5-coder:7b" })).reader.ended;
  expect((await stack.generations()).map((each) => each.model)).toEqual(["phi3:mini", "qwen2.5-coder:7b"]);
});

test("a profile with conversations is not deleted", async () => {
  const stack = await startTestStack();
  const { model_id } = await stack.profile(TOWER);
  await stack.newSession({ model_id });
  expect(
    await call(stack.hmi, hmiRoutes.deleteProfile.path({ model_id }), { method: "DELETE" }),
  ).toMatchObject({
    status: 409,
    json: { error: { code: "model_profile_in_use", hint: expect.any(String) } },
  });
});

test.each(["0", "-1", "x", "1.5", "%20"])("model_id %s in a path is refused", async (key) => {
  const { hmi } = await startTestStack();
  const { status, json } = await call(hmi, `/api/model-profiles/${key}`);
  expect([status, json.error.code]).toEqual([400, "invalid_model_id"]);
});

test.each(["GET", "PUT", "DELETE"])("%s of a profile that is not there is 404", async (method) => {
  const { hmi } = await startTestStack();
  const sent = method === "PUT" ? { method, body: { name: "x" } } : { method };
  const { status, json } = await call(hmi, hmiRoutes.profile.path({ model_id: 184 }), sent);
  expect([status, json.error.code]).toEqual([404, "model_profile_not_found"]);
});

test("every bad field of a profile is named", async () => {
  const { hmi } = await startTestStack();
  const body = { name: " ", description: 1, default_model: "", settings: [] };
  const { status, json } = await call(hmi, hmiRoutes.newProfile.path(), { body });
  expect(status).toBe(400);
  for (const field of Object.keys(body)) expect(json.error.message).toContain(`${field}: `);
});
