import type { Fault } from "../fault.ts";
import { agentsHardCoded } from "./agents-hard-coded.ts";
import { firstMessageByDisplayName } from "./first-message-by-display-name.ts";
import { imagesDropped } from "./images-dropped.ts";
import { listedDefaultIsDisplayName } from "./listed-default-is-display-name.ts";
import { modelSwitchedInRowOnly } from "./model-switched-in-row-only.ts";
import { modelsHardCoded } from "./models-hard-coded.ts";
import { namedModelIgnored } from "./named-model-ignored.ts";
import { prefixKept } from "./prefix-kept.ts";
import { profileRowAsClient } from "./profile-row-as-client.ts";
import { rowWithoutModel } from "./row-without-model.ts";
import { unknownModelWithoutList } from "./unknown-model-without-list.ts";

/** The bugs that the suite `models` must catch, in the order in which they are told. */
export const modelsFaults: readonly Fault[] = [
  firstMessageByDisplayName,
  listedDefaultIsDisplayName,
  modelsHardCoded,
  agentsHardCoded,
  modelSwitchedInRowOnly,
  namedModelIgnored,
  prefixKept,
  unknownModelWithoutList,
  profileRowAsClient,
  imagesDropped,
  rowWithoutModel,
];
