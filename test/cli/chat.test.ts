import { expect, test } from "vitest";
import { PATIENTLY, testStack } from "../support/cli.ts";
import { createProfile, createSession, generationsOf, messagesOf, startTestStack } from "../support/hmi.ts";

test("chat prints the reply and nothing else", async () => {
  const { hmi } = await startTestStack();
  const cli = await testStack();
  expect(await cli.run("chat", "Count to 5", "--hmi", hmi)).toEqual({
    exitCode: 0,
    stdout: "1, 2, 3, 4, 5",
    stderr: "",
  });
});

test("a slash at the end of the HMI's URL does no harm", async () => {
  const { hmi } = await startTestStack();
  const cli = await testStack();
  expect(await cli.run("chat", "Count to 2", "--hmi", `${hmi}/`)).toMatchObject({ stdout: "1, 2" });
});

test("without --hmi, chat talks to the configured one", async () => {
  const { hmi } = await startTestStack();
  const cli = await testStack({ STACK_HMI_PORT: new URL(hmi).port });
  expect(await cli.run("chat", "Count to 5")).toMatchObject({ exitCode: 0, stdout: "1, 2, 3, 4, 5" });
});

test("--profile sends the message to that profile's conversation", async () => {
  const { hmi, engine } = await startTestStack();
  const profile = await createProfile(hmi, { name: "Pumps", instructions: "Speak of pumps." });
  const cli = await testStack();
  const { json } = await cli.json("chat", "Hello", "--profile", String(profile), "--hmi", hmi);
  const { session_id } = json as { session_id: string };
  expect((await messagesOf(hmi, session_id)).map(({ model_id }) => model_id)).toEqual([profile, profile]);
  expect(JSON.stringify((await generationsOf(engine))[0]?.messages)).toContain("Speak of pumps.");
});

test("--session goes on with that conversation", async () => {
  const { hmi } = await startTestStack();
  const older = await createSession(hmi, null);
  await createSession(hmi, null);
  const cli = await testStack();
  const { json } = await cli.json("chat", "Count to 2", "--session", older, "--hmi", hmi);
  expect(json).toMatchObject({ session_id: older, reply: "1, 2", finish_reason: "stop", error: null });
});

test("--model is the model that the engine is asked for", async () => {
  const { hmi, engine } = await startTestStack();
  const cli = await testStack();
  expect((await cli.run("chat", "Hello", "--model", "phi3:mini", "--hmi", hmi)).exitCode).toBe(0);
  expect((await generationsOf(engine))[0]?.model).toBe("phi3:mini");
});

// The second one is a display name: what the second seed's page sent.
test.each(["llama9:1b", "Claude Sonnet 4"])(
  "the engine does not have the model %s: chat fails, and lists those that it has",
  async (model) => {
    const { hmi } = await startTestStack();
    const cli = await testStack();
    const args = ["chat", "Hello", "--model", model, "--hmi", hmi];
    const { exitCode, stderr } = await cli.run(...args);
    expect({ exitCode, stderr: stderr.split("\n") }).toEqual({
      exitCode: 1,
      stderr: [
        `✗ The engine does not have the model "${model}". It has: llama3.1:8b, qwen2.5-coder:7b, phi3:mini, qwen3:8b, gemma3:4b.`,
        expect.stringMatching(/^ {2}Choose one of them/),
      ],
    });
    expect(await cli.json(...args)).toMatchObject({ exitCode: 1, json: { error: { code: "chat_failed" } } });
  },
);

test.each([
  ["profile", "99", "There is no model profile with model_id 99."],
  ["session", "77", 'There is no conversation "77".'],
  ["agent", "nobody", 'There is no agent "nobody". There are: architect, developer, reviewer, writer.'],
])("a --%s that is not there is refused", async (flag, value, message) => {
  const { hmi } = await startTestStack();
  const cli = await testStack();
  const args = ["chat", "Hello", `--${flag}`, value, "--hmi", hmi];
  const { exitCode, stdout, stderr } = await cli.run(...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr.split("\n")[0]).toBe(`✗ ${message}`);
  expect(await cli.json(...args)).toMatchObject({ exitCode: 2, json: { error: { message } } });
});

test("Ctrl-C in mid-reply stops the engine, keeps what came, and exits with 130", async () => {
  const { hmi, engine } = await startTestStack({ tokenDelayMs: 10 });
  const cli = await testStack();
  const chat = cli.start("chat", "Count to 1000", "--hmi", hmi);
  await chat.said("1, 2, 3, ");
  chat.kill("SIGINT");
  const { exitCode, stdout, stderr } = await chat.ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: "" });
  const [, reply] = await messagesOf(hmi, "1");
  expect(reply).toMatchObject({ status: "cancelled", content: stdout });
  expect(await generationsOf(engine)).toMatchObject([{ ended: "aborted" }]);
});

test("Ctrl-C before the first token stops the engine too", async () => {
  const { hmi, engine } = await startTestStack();
  const options = { stand_in_load_ms: 60_000 };
  const profile = await createProfile(hmi, { name: "Slow", settings: { options } });
  const cli = await testStack();
  const chat = cli.start("chat", "Hello", "--profile", String(profile), "--hmi", hmi);
  await expect.poll(() => generationsOf(engine), PATIENTLY).toMatchObject([{ ended: "running" }]);
  chat.kill("SIGINT");
  expect(await chat.ended).toMatchObject({ exitCode: 130, stdout: "", stderr: "" });
  await expect.poll(() => generationsOf(engine), PATIENTLY).toMatchObject([{ ended: "aborted" }]);
  expect((await messagesOf(hmi, "1")).at(-1)).toMatchObject({ status: "cancelled", content: "" });
});

test("an engine that is gone is an error in words, and the message is kept", async () => {
  const { hmi } = await startTestStack({ engineUrl: "http://127.0.0.1:1" });
  const cli = await testStack();
  const { exitCode, stderr } = await cli.run("chat", "Hello", "--hmi", hmi);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^✗ The engine at http:\/\/127\.0\.0\.1:1 does not answer: .+\n {2}Start it with/);
  expect(await messagesOf(hmi, "1")).toMatchObject([{ content: "Hello" }, { status: "error" }]);
});

test("what a model says cannot steer the terminal", async () => {
  const { hmi } = await startTestStack();
  const options = { stand_in_reply: "red \u001b[31malert\u001b]0;title\u0007\r!" };
  const profile = await createProfile(hmi, { name: "Evil", settings: { options } });
  const cli = await testStack();
  const { stdout } = await cli.run("chat", "Hello", "--profile", String(profile), "--hmi", hmi);
  expect(stdout).toBe("red ⟨U+001B⟩[31malert⟨U+001B⟩]0;title⟨U+0007⟩⟨U+000D⟩!");
});
