import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { chatBody, onlyRecord, post, startTestEngine } from "./client.ts";

const SEEING = "gemma3:4b";
const PICTURES = ["first picture", "second picture"].map((text) => Buffer.from(text).toString("base64"));
const DIGESTS = PICTURES.map((picture) =>
  createHash("sha256").update(Buffer.from(picture, "base64")).digest("hex").slice(0, 12),
);

const asked = (fields: object = {}): object =>
  chatBody({
    model: SEEING,
    stream: false,
    messages: [{ role: "user", content: "Count to 3", images: PICTURES }],
    ...fields,
  });

test("a seeing model says what it saw, and answers", async () => {
  const engine = await startTestEngine();
  const { text } = await post(engine, "/api/chat", asked());
  expect(JSON.parse(text).message.content).toBe(`I see 2 images: ${DIGESTS.join(", ")}.\n\n1, 2, 3`);
  expect(await onlyRecord(engine)).toMatchObject({ images: DIGESTS });
});

test("it sees the pictures of the whole conversation", async () => {
  const messages = [
    { role: "user", content: "Look", images: [PICTURES[0]] },
    { role: "assistant", content: "Yes" },
    { role: "user", content: "Count to 3" },
  ];
  const { text } = await post(await startTestEngine(), "/api/chat", asked({ messages }));
  expect(JSON.parse(text).message.content).toBe(`I see 1 image: ${DIGESTS[0]}.\n\n1, 2, 3`);
});

test("generate takes pictures too", async () => {
  const body = { model: SEEING, prompt: "Count to 3", images: [PICTURES[1]], stream: false };
  const { text } = await post(await startTestEngine(), "/api/generate", body);
  expect(JSON.parse(text).response).toBe(`I see 1 image: ${DIGESTS[1]}.\n\n1, 2, 3`);
});

test("a blind model is given pictures, and says nothing of them", async () => {
  const engine = await startTestEngine();
  const answer = await post(engine, "/api/chat", asked({ model: "llama3.1:8b" }));
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text).message.content).toBe("1, 2, 3");
  expect(await onlyRecord(engine)).toMatchObject({ images: DIGESTS });
});

test("pictures that do not fit into the window are not seen", async () => {
  const messages = [
    { role: "user", content: "Look", images: PICTURES },
    { role: "user", content: "Count to 3" },
  ];
  const engine = await startTestEngine();
  const { text } = await post(engine, "/api/chat", asked({ messages, options: { num_ctx: 1000 } }));
  expect(JSON.parse(text)).toMatchObject({ message: { content: "1, 2, 3" }, prompt_eval_count: 3 });
  expect(await onlyRecord(engine)).toMatchObject({ dropped_messages: 1 });
});
