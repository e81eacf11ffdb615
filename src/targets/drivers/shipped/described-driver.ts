import { defineDriver } from "../define-driver.ts";

/** No wire of its own: all of it is what `contract.wire` says. */
export const described = defineDriver({
  name: "described",
  title: "whatever contract.wire describes",
  service: "hmi",
  wire: {},
});
