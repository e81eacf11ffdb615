import { expect, test } from "vitest";
import { Profile, ProfileDraft } from "../../../../src/contract/hmi.ts";
import { makeProfile, openConversation, openTestStore } from "../../../support/store.ts";

const DRAFT = ProfileDraft.parse({
  name: "Tower",
  description: "A 40 m lattice tower",
  default_model: "phi3:mini",
  instructions: "Use metres.",
  settings: { height: 40, options: { temperature: 0 } },
});

test("a profile comes back as it was written, in the contract's shape", async () => {
  const { store } = openTestStore();
  const made = await store.profiles.create(DRAFT);
  expect(made).toMatchObject(DRAFT);
  expect(Profile.parse(made)).toEqual(made);
  expect(await store.profiles.get(made.model_id)).toEqual(made);
  expect(await store.profiles.list()).toEqual([made]);
});

test("a change touches only the fields that it names", async () => {
  const { store } = openTestStore();
  const { model_id, created_at } = await store.profiles.create(DRAFT);
  const changed = await store.profiles.update(model_id, { default_model: null, settings: {} });
  expect(changed).toMatchObject({ ...DRAFT, default_model: null, settings: {}, model_id, created_at });
});

test("the context of a conversation is its own profile; none for a general one", async () => {
  const { store } = openTestStore();
  const [a, b] = [await makeProfile(store, "A"), await makeProfile(store, "B")];
  expect(await store.profiles.context(a)).toMatchObject({ model_id: a, name: "A" });
  expect(await store.profiles.context(b)).toMatchObject({ model_id: b, name: "B" });
  expect(await store.profiles.context(null)).toBeNull();
});

test("a profile that is not there is told by every call", async () => {
  const { profiles } = openTestStore().store;
  const missing = { code: "model_profile_not_found", message: expect.stringContaining("184") };
  await expect(profiles.get(184)).rejects.toMatchObject(missing);
  await expect(profiles.context(184)).rejects.toMatchObject(missing);
  await expect(profiles.update(184, { name: "x" })).rejects.toMatchObject(missing);
  await expect(profiles.delete(184)).rejects.toMatchObject(missing);
});

test("a profile in use is not deleted; an unused one is, and its key is not given out again", async () => {
  const { store } = openTestStore();
  const modelId = await makeProfile(store, "Tower");
  const sessionId = await openConversation(store, modelId);
  await expect(store.profiles.delete(modelId)).rejects.toMatchObject({
    code: "model_profile_in_use",
    message: expect.stringContaining("Tower"),
  });
  await store.conversations.delete(sessionId);
  await store.profiles.delete(modelId);
  expect(await store.profiles.list()).toEqual([]);
  expect(await makeProfile(store, "Next")).toBeGreaterThan(modelId);
});
