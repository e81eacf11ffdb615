import type { Fault } from "../fault.ts";
import { wrapChat } from "../wrap-engine.ts";

/** A client that knows text. */
export const imagesDropped: Fault = {
  name: "images-dropped",
  story: "Pictures are not passed on to the engine, and the model answers without them.",
  seenIn: "the contract, section 2: images are passed on",
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
