import type { ChatRequest } from "../../contract/gateway-schemas.ts";
import type { Fault } from "../fault.ts";

/** A request that is made by hand. */
export const summaryWithoutOptions: Fault = {
  name: "summary-without-options",
  story: "A summary is asked for without the profile's options, so that the engine loads the model anew.",
  seenIn: "the contract, section 3: with the profile's own options but at most 512 tokens",
  caughtBy: ["limits/summary-options"],
  actsIn: ["model-conversation", "limits"],
  overrides: (onApplied) => ({
    gateway: (client) => ({
      ...client,
      chat(request, signal) {
        const withoutOptions = async (): Promise<ChatRequest> => {
          const question = await request.question();
          if (question.background !== true) return question;
          onApplied();
          const { options: _, ...rest } = question;
          return rest;
        };
        return client.chat({ ...request, question: withoutOptions }, signal);
      },
    }),
  }),
};
