import { describe, expect, test } from "vitest";
import { Profile, ProfileDraft } from "../../../../src/contract/profile-schemas.ts";
import { makeProfile, openConversation } from "../../../support/store.ts";
import type { OpenStore } from "../../../support/test-stores.ts";

/** Profiles of models. */
export function profilesSuite(open: OpenStore): void {
  describe("profiles", () => {
    const DRAFT = ProfileDraft.parse({
      name: "Tower",
      description: "A 40 m lattice tower",
      default_model: "phi3:mini",
      instructions: "Use metres.",
      settings: { height: 40, options: { temperature: 0 } },
    });

    test("a profile comes back as it was written, in the contract's shape", async () => {
      const { own } = await open();
      const made = await own.profiles.create(DRAFT);
      expect(made).toMatchObject(DRAFT);
      expect(Profile.parse(made)).toEqual(made);
      expect(await own.profiles.get(made.model_id)).toEqual(made);
      expect(await own.profiles.list()).toEqual([made]);
    });

    test("a change touches only the fields that it names", async () => {
      const { own } = await open();
      const { model_id, created_at } = await own.profiles.create(DRAFT);
      const changed = await own.profiles.update(model_id, { default_model: null, settings: {} });
      expect(changed).toMatchObject({ ...DRAFT, default_model: null, settings: {}, model_id, created_at });
    });

    test("the context of a conversation is its own profile; none for a general one", async () => {
      const { own } = await open();
      const [a, b] = [await makeProfile(own, "A"), await makeProfile(own, "B")];
      const contextIn = async (modelId: number | null) =>
        await own.profiles.contextOf(await openConversation(own, modelId));
      expect(await contextIn(a)).toMatchObject({ model_id: a, name: "A" });
      expect(await contextIn(b)).toMatchObject({ model_id: b, name: "B" });
      expect(await contextIn(null)).toBeNull();
      expect(await own.profiles.contextOf("184")).toBeNull();
    });

    test("a profile that is not there is told by every call", async () => {
      const { profiles } = (await open()).own;
      const missing = { code: "model_profile_not_found", message: expect.stringContaining("184") };
      await expect(profiles.get(184)).rejects.toMatchObject(missing);
      await expect(profiles.update(184, { name: "x" })).rejects.toMatchObject(missing);
      await expect(profiles.delete(184)).rejects.toMatchObject(missing);
    });

    test("a profile in use is not deleted; an unused one is, and its key is not given out again", async () => {
      const { own } = await open();
      const modelId = await makeProfile(own, "Tower");
      const sessionId = await openConversation(own, modelId);
      await expect(own.profiles.delete(modelId)).rejects.toMatchObject({
        code: "model_profile_in_use",
        message: expect.stringContaining("Tower"),
      });
      await own.conversations.delete(sessionId);
      await own.profiles.delete(modelId);
      expect(await own.profiles.list()).toEqual([]);
      expect(await makeProfile(own, "Next")).toBeGreaterThan(modelId);
    });
  });
}
