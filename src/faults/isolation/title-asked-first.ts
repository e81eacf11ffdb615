import type { Fault } from "../fault.ts";
import { wrapChat } from "../tools/wrap-engine.ts";

/** Row 37. */
export const titleAskedFirst: Fault = {
  name: "title-asked-first",
  story: "Before a conversation's first reply the engine is asked for a title, and the reply waits for it.",
  seenIn: "open-webui/open-webui#28413",
  caughtBy: ["isolation/one-request"],
  overrides: (onApplied) => ({
    engine: (client) =>
      wrapChat(client, async function* (request, signal) {
        const said = request.messages.filter(({ role }) => role !== "system");
        const [first] = said;
        if (first !== undefined && said.length === 1) {
          onApplied();
          const content = `A title of three words for a conversation that begins so: ${first.content}`;
          const { model } = request;
          await Array.fromAsync(client.chat({ model, messages: [{ role: "user", content }] }, signal));
        }
        yield* client.chat(request, signal);
      }),
  }),
};
