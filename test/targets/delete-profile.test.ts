import { expect, onTestFinished, test } from "vitest";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { deleteProfile } from "../../src/targets/delete-profile.ts";
import { createHttpClient, type HttpClient } from "../../src/targets/http-client.ts";
import { startTestStack } from "../support/stack.ts";

const signal = new AbortController().signal;

/** An HMI, and a profile there with this many conversations. */
async function profileWith(count: number) {
  const stack = await startTestStack();
  const profile = await stack.profile({ name: "p" });
  for (let made = 0; made < count; made += 1) await stack.newSession({ model_id: profile.model_id });
  const hmi = createHttpClient(stack.hmi);
  onTestFinished(() => hmi.close());
  return { hmi, profile };
}

async function profilesAt(hmi: HttpClient): Promise<unknown> {
  const { body } = await hmi.call("GET", hmiRoutes.profiles.path(), { signal });
  return (body as { profiles: { name: string }[] }).profiles.map(({ name }) => name);
}

test("a profile goes with its conversations, also where those are more than are listed at once", async () => {
  const { hmi, profile } = await profileWith(101);
  await deleteProfile(hmi, profile, signal);
  expect(await profilesAt(hmi)).not.toContain("p");
  // What is gone already is as good.
  await deleteProfile(hmi, profile, signal);
});

test("where a conversation is to stay, so does its profile", async () => {
  const { hmi, profile } = await profileWith(1);
  const refuse = async () => {
    throw new Error("somebody else wrote into it");
  };
  await expect(deleteProfile(hmi, profile, signal, refuse)).rejects.toThrow("somebody else wrote into it");
  expect(await profilesAt(hmi)).toContain("p");
  await expect(deleteProfile(hmi, profile, signal, async () => undefined)).rejects.toThrow(
    /^DELETE \/api\/model-profiles\/\d+ answered 409: .*model_profile_in_use/,
  );
});
