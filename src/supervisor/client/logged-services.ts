/** By itself, because whoever completes a command line reads no log. */
export { loggedServices } from "../logs/log-files.ts";
