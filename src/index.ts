export { UserError, WireError } from "./errors.ts";
