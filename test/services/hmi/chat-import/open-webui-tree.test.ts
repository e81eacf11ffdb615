import { expect, test } from "vitest";
import { OpenWebuiMessage } from "../../../../src/services/hmi/chat-import/open-webui-message.ts";
import { orderedTree } from "../../../../src/services/hmi/chat-import/open-webui-tree.ts";

const message = (parentId: string | null) =>
  OpenWebuiMessage.parse({ role: "user", content: "Hi", parentId, timestamp: 1 });

test("150,000 versions of one message take no time, and neither does one that leads back to itself", () => {
  const version = message("a");
  const versions = Array.from({ length: 150_000 }, (_, at) => [`v${at}`, version]);
  const messages = { a: message(null), ...Object.fromEntries(versions) };
  const begun = process.cpuUsage().user;
  const chosen = orderedTree(messages, null).filter((each) => each.chosen);
  expect(chosen.map(({ id }) => id)).toEqual(["a", "v149999"]);
  expect(() => orderedTree({ ...messages, z: message("z") }, null)).toThrow(
    "z.parentId: this way leads back",
  );
  expect((process.cpuUsage().user - begun) / 1e6).toBeLessThan(10);
});
