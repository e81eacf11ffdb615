import type { Fault } from "../fault.ts";
import { wrapChat } from "../tools/wrap-engine.ts";

/** Row 60. */
export const imagesDropped: Fault = {
  name: "images-dropped",
  story: "Pictures are not passed on to the engine, and the model answers without them.",
  seenIn: "earendil-works/pi#3429",
  caughtBy: ["models/images"],
  actsIn: ["models", "isolation"],
  overrides: (onApplied) => ({
    engine: (client) =>
      wrapChat(client, (request, signal) => {
        const messages = request.messages.map(({ images = [], ...message }) => {
          if (images.length > 0) onApplied();
          return message;
        });
        return client.chat({ ...request, messages }, signal);
      }),
  }),
};
