/** The worker that colours code: see `code-colouring.ts`, which ends it where it takes too long. */

import type { ColouringAnswer, ColouringJob } from "./code-colouring.ts";
import { highlight } from "./highlight-code.ts";

// The page's types have no worker's global scope beside a window's.
const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: ColouringJob }) => void;
  postMessage(answer: ColouringAnswer): void;
};

scope.onmessage = ({ data: { code, language } }) => {
  scope.postMessage({ pieces: highlight(code, language) });
};
scope.postMessage("ready");
