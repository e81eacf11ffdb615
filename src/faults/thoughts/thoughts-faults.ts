import type { Fault } from "../fault.ts";
import { thoughtsInNextPrompt } from "./thoughts-in-next-prompt.ts";
import { thoughtsInText } from "./thoughts-in-text.ts";
import { thoughtsLostOnReload } from "./thoughts-lost-on-reload.ts";

/** The bugs that the suite `thoughts` must catch, in the order in which they are told. */
export const thoughtsFaults: readonly Fault[] = [thoughtsInNextPrompt, thoughtsInText, thoughtsLostOnReload];
