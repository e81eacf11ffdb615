import type { Fault } from "../fault.ts";
import { droppedUnderLoad } from "./dropped-under-load.ts";
import { slowFirstToken } from "./slow-first-token.ts";
import { slowToAccept } from "./slow-to-accept.ts";
import { tokensInLumps } from "./tokens-in-lumps.ts";

/** The bugs that the suite `sla` must catch, in the order in which they are told. */
export const slaFaults: readonly Fault[] = [slowToAccept, slowFirstToken, tokensInLumps, droppedUnderLoad];
