import type { Broken } from "../harness/define-check.ts";

/**
 * A reply's text as it was streamed, and as it is stored, for a verdict that they should be one. Nothing where they are,
 * or where one of them is not there.
 *
 * @param stored undefined where no row of the reply is there
 */
export function streamedAndStored(streamed: string, stored: string | undefined): Pick<Broken, "texts"> {
  if (streamed === "" || stored === undefined || stored === streamed) return {};
  return {
    texts: {
      title: "The reply as it was streamed, and as it was stored",
      names: ["streamed", "stored"],
      before: streamed,
      after: stored,
    },
  };
}
